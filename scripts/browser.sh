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
. scripts/serving.sh
take_in_sample
"$trithuc" --data "$work/data" topics build --words-only >&2
"$trithuc" --data "$work/data" authority build >&2
password="thử trang bằng trình duyệt"
printf '%s\n' "$password" | "$trithuc" --data "$work/data" user add quan-tri --role admin
export TRITHUC_TEST_ADMIN="quan-tri:$password"
serve
(cd web/tests && npm ci --ignore-scripts --no-audit --no-fund --silent && node pages.mjs "$base" $shots)
