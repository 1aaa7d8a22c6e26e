#!/usr/bin/env bash
# Checks what a fresh machine needs and names the cure for what is missing.
# With --install it installs missing system packages where apt-get and root
# rights are there.
set -euo pipefail
install=false
[ "${1:-}" = "--install" ] && install=true

missing=()
problems=0
need() { # need PROGRAM PACKAGE
  command -v "$1" >/dev/null 2>&1 || missing+=("$2")
}
need cc build-essential
need make build-essential
need git git

if [ ${#missing[@]} -gt 0 ]; then
  packages=$(printf '%s\n' "${missing[@]}" | sort -u | tr '\n' ' ')
  if $install && command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
    apt-get update -qq
    # shellcheck disable=SC2086 # a list of words
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $packages >/dev/null
  else
    echo "missing: $packages— install with: sudo apt-get install -y $packages" >&2
    problems=1
  fi
fi

# Optional at run time: text off scanned pages. Tests that need it say what they skip.
if $install && ! command -v tesseract >/dev/null 2>&1 && command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq tesseract-ocr tesseract-ocr-vie >/dev/null; } ||
    echo "tesseract could not be installed: scanned pages will not be read" >&2
fi

# For the tests of the catalogue in PostgreSQL. They say what they skip without it.
if $install && ! compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null && ! command -v initdb >/dev/null 2>&1 &&
  command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq postgresql >/dev/null; } ||
    echo "postgresql could not be installed: the tests of catalogues in a database will be skipped" >&2
fi

if ! command -v cargo >/dev/null 2>&1; then
  echo "missing: the Rust toolchain (cargo) — install it with rustup (https://rustup.rs), then open a new shell" >&2
  problems=1
else
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$(dirname "$0")/../Cargo.toml")
  have=$(rustc --version | awk '{print $2}')
  oldest=$(printf '%s\n%s\n' "$wanted" "$have" | sort -V | head -n 1)
  if [ "$oldest" != "$wanted" ]; then
    echo "Rust $have is too old, $wanted or newer is needed — run: rustup update" >&2
    problems=1
  fi
fi
exit $problems
