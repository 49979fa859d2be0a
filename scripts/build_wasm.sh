#!/usr/bin/env bash
# Builds the WASM module with wasm-pack in the pinned toolchain (scripts/toolchain.sh).
#
#   scripts/build_wasm.sh            rebuild wasm/pkg
#   scripts/build_wasm.sh --check    rebuild elsewhere and compare with wasm/pkg
#
# The bytes depend on nothing but the sources and the pinned versions: paths of the cargo registry are
# remapped, dependencies are locked, and one code generation unit leaves nothing to scheduling. Bytes are copied by the
# instruction for it (bulk memory), which every engine with BigInt parameters has too.
set -euo pipefail
cd "$(dirname "$0")/.."

out=wasm/pkg
if [ "${1:-}" = --check ]; then
  out=wasm/target/check/pkg
fi

# shellcheck disable=SC2016 # expanded in the toolchain
scripts/toolchain.sh run bash -c '
  set -euo pipefail
  cd wasm
  export CARGO_TARGET_DIR=$PWD/target/toolchain
  cargo fetch --locked --quiet --target wasm32-unknown-unknown
  flags="-C linker=wasm-ld -C target-feature=+bulk-memory -C link-arg=-zstack-size=4194304 --remap-path-prefix=$PWD=/htrace/wasm"
  for folder in "$HOME"/.cargo/registry/src/*; do flags+=" --remap-path-prefix=$folder=/cargo"; done
  export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=$flags
  wasm-pack --log-level warn build --release --target bundler --no-pack --mode no-install \
    --out-dir "$PWD/../$1" --out-name htrace . --locked
  rm -f "$PWD/../$1/.gitignore"
' build "$out"

if [ "$out" != wasm/pkg ]; then
  diff -rq "$out" wasm/pkg && echo "wasm/pkg is what its sources build"
else
  wc -c wasm/pkg/htrace_bg.wasm
fi
