#!/usr/bin/env bash
# The pages in a real browser: takes in the sample collection, serves it on a
# free port, visits every page with Chromium (see web/tests/pages.mjs).
#
#   scripts/browser.sh [FOLDER FOR SCREENSHOTS]
set -euo pipefail
cd "$(dirname "$0")/.."
shots="${1:-}"
[ -z "$shots" ] || shots=$(realpath -m "$shots")
for tool in node npm; do
  command -v "$tool" >/dev/null || { echo "SKIPPED: no $tool (Debian: apt-get install nodejs npm)" >&2; exit 0; }
done
cargo build --release --locked -p trithuc
target=$(cargo metadata --format-version 1 --no-deps --locked | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
trithuc="$target/release/trithuc"
data=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$data"' EXIT
"$trithuc" --data "$data" ingest tests/sample || [ $? -eq 3 ]
password="thử trang bằng trình duyệt"
printf '%s\n' "$password" | "$trithuc" --data "$data" user add quan-tri --role admin
export TRITHUC_TEST_ADMIN="quan-tri:$password"
"$trithuc" --data "$data" serve --listen 127.0.0.1:0 >"$data/address" &
server=$!
for _ in $(seq 100); do
  base=$(grep -o 'http://[0-9.:]*' "$data/address" || true)
  [ -n "$base" ] && break
  sleep 0.1
done
[ -n "$base" ] || { echo "the server did not start" >&2; exit 1; }
(cd web/tests && npm ci --ignore-scripts --no-audit --no-fund --silent && node pages.mjs "$base" $shots)
