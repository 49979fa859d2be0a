#!/usr/bin/env bash
# Builds the small Windows binaries that the Wine tests use, with the toolchain's mingw, into testdata/windows/:
# the stand-in for ntdll (badhandle/ntdll_standin) and the process that holds handles for it.
#
#   scripts/build_windows.sh           build
#   scripts/build_windows.sh --check   build elsewhere and compare with what is checked in
#
# No C runtime is started (msvcrt.dll is there for memset and memcpy alone) and no time stamp is written, so the same
# source gives the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."

output=testdata/windows
if [ "${1:-}" = --check ]; then
  output=$(mktemp -d -p .)
  trap 'rm -r "$output"' EXIT
fi
mkdir -p "$output"

# shellcheck disable=SC2016 # expanded by the inner shell
scripts/toolchain.sh run bash -c '
  set -e
  output=$1
  compile="x86_64-w64-mingw32-gcc -std=c17 -O2 -Wall -Wextra -Werror -ffreestanding -nostdlib -s
    -fno-ident -fno-asynchronous-unwind-tables -Wl,--no-insert-timestamp"
  source=badhandle/ntdll_standin
  $compile -shared -Wl,--entry=0,--disable-auto-image-base -o "$output/ntdll_standin.dll" "$source"/{calls,controls,trace_db}.c \
    "$source/ntdll_standin.def" -lntdll -lkernel32 -lmsvcrt
  $compile -Wl,--entry=start -o "$output/handle_holder.exe" "$source/handle_holder.c" -lkernel32
' build "$output"

for file in ntdll_standin.dll handle_holder.exe; do
  cmp "$output/$file" "testdata/windows/$file"
done
