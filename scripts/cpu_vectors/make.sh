#!/usr/bin/env bash
# Makes testdata/cpu_vectors.bin.gz: what this machine's real CPU does with the instructions that the emulated CPU has.
# Needs an x86 Linux that runs 32-bit programs, and gcc. The inputs are the same in each run, and the result must be the
# same on every CPU, or one of them is wrong.
set -euo pipefail
cd "$(dirname "$0")"

program=$(mktemp)
trap 'rm -f "$program"' EXIT
gcc -m32 -O1 -Wall -Wextra -Werror -ffreestanding -fno-pic -no-pie -fno-stack-protector -fcf-protection=none \
  -nostdlib -static -o "$program" cpu_vectors.c run_form.c
"$program" | gzip -9 -n >../../testdata/cpu_vectors.bin.gz
