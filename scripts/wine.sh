#!/usr/bin/env bash
# The real deno.exe under Wine 10, in the toolchain's folder (scripts/toolchain.sh): what tests the Windows
# side of htrace on a machine without Windows. Wine there runs 64-bit programs only, has no handle tracing, and
# does everything else that htrace asks of ntdll.
#
#   scripts/wine.sh test [FILE ...]   run the Wine tests (src/**/*_wine_test.ts and tests/windows)
#   scripts/wine.sh deno ARGS ...     run deno.exe, in the project's folder
#
# Each run gets a Wine prefix of its own (about ten seconds), so that nothing is left over from another one;
# HTRACE_WINEPREFIX names a folder inside the toolchain to keep one instead. deno.exe comes from the npm registry
# once. The packages that the tests import are put in its cache by the deno of this machine, because Wine's
# process would need certificates of its own to fetch them.
set -euo pipefail

version=2.9.5
project=$(cd "$(dirname "$0")/.." && pwd)
root=${HTRACE_TOOLCHAIN:-$HOME/.cache/htrace/trixie}
deno=/opt/deno/$version/deno.exe
cache=/opt/deno/cache

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

# Runs deno.exe with the arguments. The 64-bit loader is called directly: Debian's launcher would ask for wine32.
wine_deno() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  "$project/scripts/toolchain.sh" run bash -c '
    set -e
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
    # No mono, no gecko: both would be asked for in a window.
    export WINEDLLOVERRIDES="mscoree,mshtml="
    if [ ! -e "$WINEPREFIX" ]; then /usr/lib/wine/wine64 wineboot --init >/dev/null 2>&1; fi
    deno=$1
    shift 2
    /usr/lib/wine/wine64 "$deno" "$@" </dev/null
  ' wine "$deno" "$cache" "$@"
}

cd "$project"
case "${1:-}" in
  test)
    shift
    fetch
    mapfile -t tests < <(if [ $# -gt 0 ]; then printf '%s\n' "$@"; else find src tests/windows -name '*_wine_test.ts' -o -path 'tests/windows/*_test.ts' | sort; fi)
    DENO_DIR=$root$cache npx -y "deno@$version" cache --quiet src/cli.ts "${tests[@]}"
    wine_deno test -A --cached-only "${tests[@]}"
    ;;
  deno)
    shift
    fetch
    wine_deno "$@"
    ;;
  *) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
