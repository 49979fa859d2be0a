#!/usr/bin/env bash
# Third-party viewers for the formats that htrace writes, in the toolchain folder and never on the machine:
#
#   scripts/viewers.sh    install what is missing (root; about two minutes, or less than a second if nothing is)
#
# Debian supplies headless Chromium, xmllint, flamegraph.pl and the sources of pprof, which are built here; npm supplies
# what scripts/viewers.txt lists. Packages that tests import are pinned in deno.lock, those from PyPI in scripts/wheels.txt.
set -euo pipefail
cd "$(dirname "$0")/.."

root=${HTRACE_TOOLCHAIN:-$HOME/.cache/htrace/trixie}
viewers=$root/opt/viewers
packages="chromium-headless-shell fonts-dejavu-core golang-go golang-github-google-pprof-dev libxml2-utils perl"
# What a complete folder records as installed.
contents="$packages pprof flamegraph.pl $(cat scripts/viewers.txt)"

build_pprof() {
  scripts/toolchain.sh run env GOPATH=/usr/share/gocode GO111MODULE=off \
    go build -o /opt/viewers/pprof github.com/google/pprof
}

# Only the script: the rest of the package would bring a web server.
unpack_flamegraph() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  scripts/toolchain.sh run bash -c '
    cd "$(mktemp -d)" && apt-get download -qq libdevel-nytprof-perl && dpkg -x *.deb . &&
    cp usr/share/perl5/Devel/NYTProf/flamegraph.pl /opt/viewers/ && rm -r "$PWD"'
}

# Each package of the list in a folder with its name, without scope and version.
unpack_npm() {
  local scratch package hash folder
  scratch=$(mktemp -d -p "$viewers")
  grep -v '^#' scripts/viewers.txt | while read -r package hash; do
    npm pack --silent --pack-destination "$scratch" "$package" >/dev/null </dev/null
    echo "${hash#sha256:}  $(echo "$scratch"/*.tgz)" | sha256sum --check --quiet
    folder=$viewers/$(basename "${package%@*}")
    rm -rf "$folder"
    tar -xzf "$scratch"/*.tgz -C "$scratch"
    mv "$scratch/package" "$folder"
    rm "$scratch"/*.tgz
  done
  rmdir "$scratch"
  chmod +x "$viewers/sarif-multitool-linux/Sarif.Multitool"
}

if [ "$(cat "$viewers/.complete" 2>/dev/null)" = "$contents" ]; then exit; fi
mkdir -p "$viewers"
# shellcheck disable=SC2086 # a list of words
scripts/toolchain.sh add $packages
build_pprof
unpack_flamegraph
unpack_npm
echo "$contents" > "$viewers/.complete"
