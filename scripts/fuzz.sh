#!/usr/bin/env bash
# Fuzzes the symbol file readers (wasm/fuzz), all of them or the ones named:
#
#   scripts/fuzz.sh [pdb|pe|coff|name|cabinet ...] [--seconds N | --budget N] [--seed N]
#
#   scripts/fuzz.sh build    only build the program
#
# Seconds are per reader, a budget is for all together. "deno task fuzz" runs these and the fuzzers in TypeScript. Uses
# the machine's cargo if it has one, otherwise the toolchain's.
set -euo pipefail
cd "$(dirname "$0")/.."

run=()
cargo --version >/dev/null 2>&1 || run=(scripts/toolchain.sh run) # a rustup without a default toolchain has a cargo, too
cargo=(cargo --quiet)
options=(--release --locked --manifest-path wasm/fuzz/Cargo.toml)
if [ "${1:-}" = build ]; then exec "${run[@]}" "${cargo[@]}" build "${options[@]}"; fi
exec "${run[@]}" "${cargo[@]}" run "${options[@]}" -- "$@"
