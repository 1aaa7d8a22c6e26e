#!/usr/bin/env bash
# Clients that other people wrote, against the real program: takes in the sample
# collection, serves it on a free port, harvests it with Sickle, reads its
# exports with pymarc, rispy, bibtexparser and citeproc, asks as an assistant does
# with the MCP client, sends letters to aiosmtpd, signs in through oidc-provider,
# and sends schemathesis at every operation that the OpenAPI document describes.
#
#   scripts/clients.sh [EXAMPLES FOR EACH OPERATION, default 50]
set -euo pipefail
cd "$(dirname "$0")/.."
examples="${1:-50}"
command -v python3 >/dev/null || { echo "SKIPPED: no python3 (Debian: apt-get install python3-venv)" >&2; exit 0; }
. scripts/serving.sh
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --requirement tests/clients/requirements.txt
take_in_sample
"$trithuc" --data "$work/data" user add admin --role admin --no-password
key=$("$trithuc" --data "$work/data" user key admin --scope read --scope write --scope admin)
serve
status=0
"$work/venv/bin/python" tests/clients/check.py "$base" || status=1
"$work/venv/bin/python" tests/clients/assistant.py "$base" || status=1
"$work/venv/bin/python" tests/clients/letters.py "$trithuc" "$work" || status=1
if command -v npm >/dev/null; then
  cp tests/clients/package.json tests/clients/package-lock.json tests/clients/provider.mjs "$work"
  (cd "$work" && npm ci --ignore-scripts --no-audit --no-fund --silent && node provider.mjs "$trithuc" "$work") || status=1
else
  echo "SKIPPED: signing in through a provider (Debian: apt-get install nodejs npm)" >&2
fi
# Every check but «schema-valid data is accepted»: no schema says which texts
# are queries of the query language.
(cd "$work" && "$work/venv/bin/schemathesis" run "$base/api/v1/openapi.json" \
  --header "Authorization: Bearer $key" --max-examples "$examples" --continue-on-failure \
  --exclude-checks positive_data_acceptance --exclude-path /api/v1/dump) || status=1
exit $status
