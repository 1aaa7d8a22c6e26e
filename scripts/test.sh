#!/usr/bin/env bash
# Runs every test: crates, documentation examples, and the whole product.
# Tests on real data read ../shared/data (override: TRITHUC_TEST_DATA) and say
# on standard error what they skip when it is not there.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/prerequisites.sh
cargo test --release --workspace --locked --no-fail-fast
