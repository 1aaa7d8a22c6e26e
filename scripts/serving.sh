# Sourced by scripts that try the product as its users do: builds the program
# and serves a folder. Sets `trithuc`, the program, and after `serve FOLDER`
# `base`, the address. The server ends and FOLDER goes with the script.
cargo build --release --locked -p trithuc
target=$(cargo metadata --format-version 1 --no-deps --locked | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
trithuc="$target/release/trithuc"
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2>/dev/null; rm -rf "$work"' EXIT

# The sample collection in a new data folder, $work/data. Records that the
# sample holds to be set aside (status 3) are no failure.
take_in_sample() { "$trithuc" --data "$work/data" ingest tests/sample || [ $? -eq 3 ]; }

# Serves $work/data on a free port until the script ends.
serve() {
  "$trithuc" --data "$work/data" serve --listen 127.0.0.1:0 >"$work/address" &
  server=$!
  for _ in $(seq 100); do
    base=$(grep -o 'http://[0-9.:]*' "$work/address" || true)
    [ -n "$base" ] && return
    sleep 0.1
  done
  echo "the server did not start within 10 s" >&2
  return 1
}
