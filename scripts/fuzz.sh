#!/usr/bin/env bash
# Fuzzes the readers of symbol files (wasm/fuzz), all of them or the ones named:
#
#   scripts/fuzz.sh [pdb|pe|coff|name ...] [--seconds N] [--seed N]
#
# With the machine's cargo where it has one, else with the toolchain's.
set -euo pipefail
cd "$(dirname "$0")/.."

run=()
command -v cargo >/dev/null || run=(scripts/toolchain.sh run)
exec "${run[@]}" cargo run --release --locked --quiet --manifest-path wasm/fuzz/Cargo.toml -- "$@"
