#!/usr/bin/env bash
# Runs every test: crates, documentation examples, and the whole product.
# Tests on real data read ../shared/data (override: TRITHUC_TEST_DATA) and say
# on standard error what they skip when it is not there. The cases of property
# tests come from one seed, so that what passed passes again; to look further:
# PROPTEST_RNG_SEED=2 PROPTEST_CASES=10000 scripts/test.sh
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/prerequisites.sh
export PROPTEST_RNG_SEED="${PROPTEST_RNG_SEED:-1}"
cargo test --release --workspace --locked --no-fail-fast
