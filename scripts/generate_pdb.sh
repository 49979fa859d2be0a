#!/usr/bin/env bash
# Generates a program with a PDB of a given size, to see how the symbolizer handles big ones:
#
#   scripts/generate_pdb.sh FOLDER MODULES FUNCTIONS NAME_LENGTH
#
# MODULES object files of FUNCTIONS functions each, with names of NAME_LENGTH characters (a name is in a PDB four
# times), are linked to FOLDER/generated.exe and FOLDER/generated.pdb; FOLDER is inside the project. 40 modules of 2000
# functions with names of 1000 characters give about 350 MB in a minute or two; 10 modules of 2500 functions with names
# of 20 give 25,000 functions in a few megabytes.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -ne 4 ]; then
  sed -n '2,9s/^# \{0,1\}//p' "$0"
  exit 2
fi
mkdir -p "$1"

# shellcheck disable=SC2016 # expanded in the toolchain
scripts/toolchain.sh run bash -c '
  set -euo pipefail
  folder=$1 modules=$2 functions=$3 length=$4
  cd "$folder"
  generate() {
    awk -v module="$1" -v functions="$functions" -v length_="$length" "BEGIN {
      for (f = 0; f < functions; f++) {
        name = \"f_\" module \"_\" f \"_\"
        while (length(name) < length_) name = name \"abcdefghijklmnopqrstuvwxyz\"
        name = substr(name, 1, length_)
        printf \"int %s(int a) {\\n  if (a > %d) a += %d;\\n  return a * 3;\\n}\\n\", name, f, module
      }
      if (module == 0) print \"int mainCRTStartup(void) { return 0; }\"
    }" > "module$1.c"
    clang --target=x86_64-pc-windows-msvc -g -gcodeview -O0 -c "module$1.c" -o "module$1.obj"
    rm "module$1.c"
  }
  export -f generate
  export functions length
  seq 0 $((modules - 1)) | xargs -P 2 -I{} bash -c "generate {}"
  lld-link /debug /nodefaultlib /entry:mainCRTStartup /subsystem:console /opt:noref /opt:noicf \
    /out:generated.exe /pdb:generated.pdb /pdbaltpath:%_PDB% module*.obj
  rm module*.obj
  ls -l generated.exe generated.pdb
' generate "$1" "$2" "$3" "$4"
