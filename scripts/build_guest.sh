#!/usr/bin/env bash
# Builds the emulated machine's guest (badhandle/) into testdata/guest with the toolchain of scripts/toolchain.sh.
#
#   scripts/build_guest.sh            build and store
#   scripts/build_guest.sh --check    build and say whether the bytes match the checked-in ones
#   scripts/build_guest.sh --help     the other options
set -euo pipefail
cd "$(dirname "$0")/.."
exec npx -y deno@2.9.5 run --quiet --allow-read --allow-write --allow-run badhandle/build/build.ts "$@"
