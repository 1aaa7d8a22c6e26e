#!/usr/bin/env bash
# From a fresh machine to a library to look at: builds the program, takes in
# the sample collection, builds the indexes, serves the pages and prints the
# address. A second call starts from what is there.
#
#   TRITHUC_DATA    data folder (default: ./data)
#   TRITHUC_LISTEN  address and port (default: 127.0.0.1:8080)
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/prerequisites.sh
data="${TRITHUC_DATA:-data}"
listen="${TRITHUC_LISTEN:-127.0.0.1:8080}"

echo "1/3 building trithuc (the first time takes several minutes)"
cargo build --release --locked -p trithuc
target=$(cargo metadata --format-version 1 --no-deps --locked | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
trithuc="$target/release/trithuc"

echo "2/3 taking in the sample collection (tests/sample: fictional records and documents)"
"$trithuc" --data "$data" ingest --collection "Bộ sưu tập mẫu" tests/sample/records-*.jsonl tests/sample/documents

echo "    the embedding model (72 MB, once for this machine) and the index of meaning"
if ! "$trithuc" --data "$data" model list | grep -q multilingual-e5-small; then
  "$trithuc" --data "$data" model fetch ||
    echo "NOTICE: no embedding model; search goes on by words only (see above for the cure)" >&2
fi
"$trithuc" --data "$data" index

echo "3/3 serving; stop with Ctrl-C"
exec "$trithuc" --data "$data" serve --listen "$listen"
