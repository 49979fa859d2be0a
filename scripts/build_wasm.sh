#!/usr/bin/env bash
# Builds the WASM modules with wasm-pack in the pinned toolchain (scripts/toolchain.sh): the engine, and the undecorator
# for Itanium names.
#
#   scripts/build_wasm.sh            rebuild wasm/pkg and wasm/itanium/pkg
#   scripts/build_wasm.sh --check    rebuild elsewhere and compare with them
#
# The bytes depend only on the sources and the pinned versions: paths of the cargo registry are remapped, dependencies
# are locked, and one code generation unit leaves nothing to scheduling. The bulk-memory instruction copies bytes; every
# engine with BigInt parameters has it, too.
set -euo pipefail
cd "$(dirname "$0")/.."

# build CRATE NAME FOLDER: builds the crate's package under that name, in wasm/target/check with --check.
build() {
  local out=$3
  if [ "${check:-}" ]; then out=wasm/target/check/$3; fi
  # shellcheck disable=SC2016 # expanded in the toolchain
  scripts/toolchain.sh run bash -c '
    set -euo pipefail
    export CARGO_TARGET_DIR=$PWD/wasm/target/toolchain
    out=$PWD/$3
    cd "$1"
    cargo fetch --locked --quiet --target wasm32-unknown-unknown
    flags="-C linker=wasm-ld -C target-feature=+bulk-memory -C link-arg=-zstack-size=4194304 --remap-path-prefix=$PWD=/htrace/$1"
    for folder in "$HOME"/.cargo/registry/src/*; do flags+=" --remap-path-prefix=$folder=/cargo"; done
    export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS=$flags
    wasm-pack --log-level warn build --release --target bundler --no-pack --mode no-install \
      --out-dir "$out" --out-name "$2" . --locked
    rm -f "$out/.gitignore"
  ' build "$1" "$2" "$out"
  if [ "$out" != "$3" ]; then
    diff -rq "$out" "$3" && echo "$3 is what its sources build"
  else
    wc -c "$out/$2_bg.wasm"
  fi
}

if [ "${1:-}" = --check ]; then check=1; fi
build wasm htrace wasm/pkg
build wasm/itanium itanium wasm/itanium/pkg
