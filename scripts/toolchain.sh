#!/usr/bin/env bash
# The pinned build toolchain: Debian trixie in a folder, with clang, lld, LLVM's tools, mingw, Rust with a wasm32
# standard library, wasm-pack, Wine 10 and an emulated ARM64 processor. It is in a folder because a plain Debian 12
# machine has none of them in the versions that the checked-in binaries were built with.
#
#   scripts/toolchain.sh install            make the folder if it is missing (root; about ten minutes)
#   scripts/toolchain.sh add PACKAGE ...    install Debian packages in it; makes only a minimal folder if missing (root)
#   scripts/toolchain.sh run COMMAND ...    run a command in it, in this folder of the project
#
# The folder is $HTRACE_TOOLCHAIN, or ~/.cache/htrace/trixie. The project is bind-mounted into it as /htrace (and a
# shared folder beside the project as /shared), so that no path of the machine gets into what is built. This happens in
# a private mount namespace, so that the mounts end with the command.
set -euo pipefail

root=${HTRACE_TOOLCHAIN:-$HOME/.cache/htrace/trixie}
project=$(cd "$(dirname "$0")/.." && pwd)
wasm_bindgen=0.2.100 # the newest series that builds with trixie's Rust 1.85
wasm_pack=0.13.1
packages="clang lld llvm gcc-mingw-w64-i686-posix gcc-mingw-w64-x86-64-posix
  rustc cargo rustfmt rust-clippy libstd-rust-dev libstd-rust-dev-wasm32 binaryen wine wine64 ca-certificates xz-utils
  qemu-user libc6-arm64-cross libgcc-s1-arm64-cross libstdc++6-arm64-cross"
# What a complete folder records as installed, so that one made by an older script is brought up to date.
contents="$packages wasm-bindgen $wasm_bindgen wasm-pack $wasm_pack"

install() {
  if [ "$(cat "$root/.complete" 2>/dev/null)" = "$contents" ]; then return; fi
  # shellcheck disable=SC2086 # a list of words
  add $packages
  # The host may trust its own certificate authority.
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/ca-certificates.crt"
  chroot "$root" env HOME=/root cargo install --locked wasm-bindgen-cli --version "$wasm_bindgen" --root /opt/wasm
  chroot "$root" env HOME=/root cargo install --locked wasm-pack --version "$wasm_pack" --root /opt/wasm
  echo "$contents" > "$root/.complete"
}

# Adds packages to the folder: first a minimal Debian, if there is none.
add() {
  command -v debootstrap >/dev/null || {
    apt-get update
    apt-get install -y --no-install-recommends debootstrap
  }
  mkdir -p "$(dirname "$root")"
  [ -e "$root/usr/bin/apt-get" ] || debootstrap --variant=minbase trixie "$root" "$(mirror)"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  chroot "$root" apt-get install -y --no-install-recommends "$@"
}

# The mirror of Debian's archive that the machine's own apt uses: no host is named here.
mirror() {
  # shellcheck disable=SC2016 # expanded by apt
  apt-get indextargets --format '$(REPO_URI)' 'Identifier: Packages' | sed -n 's#/debian/*$#&#p' | head -n 1 | grep . || {
    echo "scripts/toolchain.sh: apt has no mirror of Debian's archive: run on Debian" >&2
    exit 3
  }
}

# Whether a command is in a folder to which only packages were added.
has() {
  # shellcheck disable=SC2016 # expanded by the inner shell
  chroot "$root" bash -c 'PATH=/usr/bin:/bin type -P "$0" >/dev/null' "$1" 2>/dev/null
}

run() {
  [ -e "$root/.complete" ] || has "$1" || {
    echo "scripts/toolchain.sh: no toolchain in $root: run 'scripts/toolchain.sh install' as root first" >&2
    exit 3
  }
  local directory=${PWD#"$project"}
  [ "$directory" != "$PWD" ] || directory=
  export root project
  # shellcheck disable=SC2016 # expanded by the inner shell
  exec unshare --mount --propagation private bash -c '
    set -e
    directory=/htrace$1
    shift
    mount --rbind /dev "$root/dev"
    mount --rbind /proc "$root/proc"
    mkdir -p "$root/htrace" "$root/shared"
    mount --rbind "$project" "$root/htrace"
    if [ -d "$project/../shared" ]; then mount --rbind "$project/../shared" "$root/shared"; fi
    exec chroot "$root" env HOME=/root PATH=/opt/wasm/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      bash -c "cd \"\$0\" && exec \"\$@\"" "$directory" "$@"
  ' toolchain "$directory" "$@"
}

case "${1:-}" in
  install) install ;;
  add) shift; add "$@" ;;
  run) shift; run "$@" ;;
  *) sed -n '2,13s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
