#!/bin/bash
# Writes the PTX texts of the kernels: build.sh FOLDER. Needs nvcc; the texts are the same from any folder.
set -euo pipefail
out=$(cd "$1" && pwd)
cd "$(dirname "$0")"
# text NAME COMPILED MARKED: no instruction in it is newer than the mark, and a hint that is newer is left out
text() {
  nvcc -std=c++17 -fmad=false -ptx -arch="compute_$2" "$1.cu" -o "$out/$1.ptx"
  sed -i -e 's/^\.version .*/.version 7.0/' -e "s/^\.target .*/.target sm_$3/" -e '/^\/\//d' -e '/\.pragma "used_bytes_mask/d' "$out/$1.ptx"
}
# One text for Volta and all that came after it; one for tensor cores, from Ampere on.
text kernels 75 70
text tensor 80 80
