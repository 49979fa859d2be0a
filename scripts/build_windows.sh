#!/usr/bin/env bash
# Builds the small Windows binaries that the tests on Wine and Windows use, with the toolchain's mingw, into
# testdata/windows/: the stand-in for ntdll, and the process that holds handles (64-bit and 32-bit). badhandle, which is
# there, too, comes from scripts/build_guest.sh.
#
#   scripts/build_windows.sh           build
#   scripts/build_windows.sh --check   build elsewhere and compare with the checked-in files
#
# No time stamp is written and no base address is derived from the output's name: the same source gives the same bytes.
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
  source=badhandle/ntdll_standin
  # No C runtime is started; the only import from msvcrt.dll is memset.
  flags="-std=c17 -Os -s -Wall -Wextra -Werror -ffreestanding -nostdlib -fno-ident -Wl,--no-insert-timestamp"
  x86_64-w64-mingw32-gcc $flags -shared -Wl,--entry=0,--disable-auto-image-base \
    -o "$output/ntdll_standin.dll" "$source"/{calls,controls,trace_db}.c "$source/ntdll_standin.def" \
    -lntdll -lkernel32 -lmsvcrt
  for target in x86_64:64:start i686:32:_start; do
    IFS=: read -r processor bits entry <<<"$target"
    "$processor-w64-mingw32-gcc" $flags -Wl,--entry="$entry" \
      -o "$output/handle_holder$bits.exe" "$source/handle_holder.c" -lkernel32
  done
' build "$output"

if [ "$output" != testdata/windows ]; then
  for file in ntdll_standin.dll handle_holder64.exe handle_holder32.exe; do
    cmp "$output/$file" "testdata/windows/$file"
  done
  echo "ntdll_standin and handle_holder are what their sources build"
fi
