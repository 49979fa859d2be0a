#!/usr/bin/env bash
# Builds the in-process recorder for both widths into recorder/bin/, and the programs to test and measure it into
# testdata/windows/recorder/, with the toolchain's clang and lld.
#
#   scripts/build_recorder.sh           build
#   scripts/build_recorder.sh --check   build elsewhere and compare with the checked-in files
#
# No C runtime, no time stamps, no paths: the same sources give the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."

dlls=recorder/bin
programs=testdata/windows/recorder
if [ "${1:-}" = --check ]; then
  folder=$(mktemp -d -p .)
  trap 'rm -r "$folder"' EXIT
  dlls=$folder/dlls
  programs=$folder/programs
fi
mkdir -p "$dlls" "$programs"

# shellcheck disable=SC2016 # expanded by the inner shell
scripts/toolchain.sh run bash -c '
  set -e
  dlls=$1 programs=$2
  cd recorder
  code="-std=c17 -Wall -Wextra -Werror -ffreestanding -fno-builtin -fno-ident -fno-stack-protector -mno-stack-arg-probe -Wframe-larger-than=3800"
  link="-nostdlib -fuse-ld=lld -Wl,-Xlink=-Brepro -Wl,-s"
  common="log.c record.c on_call.c hook.c modules.c listing.c memory.c"
  whole="$common exceptions.c main.c"
  libraries="-lntdll -lkernel32"
  # Shadow stacks: every call in the hooks returns to where it came from.
  clang --target=x86_64-w64-windows-gnu $code -O2 -funwind-tables -o "../$dlls/recorder64.dll" \
    $whole stack_x64.c stub_x64.c entry_x64.S -shared $link -Wl,-Xlink=-cetcompat -Wl,-e,DllMain $libraries
  clang --target=i686-w64-windows-gnu $code -O2 -fno-omit-frame-pointer -o "../$dlls/recorder32.dll" \
    $whole stack_x86.c stub_x86.c entry_x86.S -shared $link -Wl,-e,_DllMain@12 $libraries
  # Every function keeps its frame and its calls: stacks are as the source says.
  test="$code -O1 -fms-extensions -fno-omit-frame-pointer -fno-optimize-sibling-calls -funwind-tables"
  for target in x86_64:64:start i686:32:_start; do
    IFS=: read -r processor bits entry <<<"$target"
    for program in stress ends calls marks; do
      clang --target="$processor-w64-windows-gnu" $test -o "../$programs/$program$bits.exe" "programs/$program.c" \
        $link -Wl,-e,"$entry" $libraries -ladvapi32
    done
  done
  for target in x86_64:64:start:x64 i686:32:_start:x86; do
    IFS=: read -r processor bits entry ours <<<"$target"
    clang --target="$processor-w64-windows-gnu" $test -o "../$programs/shapes$bits.exe" programs/shapes.c \
      $common stack_$ours.c stub_$ours.c entry_$ours.S $link -Wl,-e,"$entry" $libraries
  done
  # __try is for 64-bit programs only in this ABI.
  clang --target=x86_64-w64-windows-gnu $test -o "../$programs/raises64.exe" programs/raises.c \
    $link -Wl,-e,start $libraries
  clang --target=x86_64-w64-windows-gnu $code -O2 -funwind-tables -fno-optimize-sibling-calls \
    -o "../$programs/bench64.exe" programs/bench.c \
    $common stack_x64.c stub_x64.c entry_x64.S $link -Wl,-e,start $libraries
' build "$dlls" "$programs"

if [ "$dlls" != recorder/bin ]; then
  for file in recorder/bin/*.dll; do cmp "$dlls/$(basename "$file")" "$file"; done
  for file in testdata/windows/recorder/*.exe; do cmp "$programs/$(basename "$file")" "$file"; done
  echo "the recorder and its programs are what their sources build"
fi
