#!/bin/bash
# Writes the PTX text of the kernels: build.sh FILE. Needs nvcc; the text is the same from any folder.
set -euo pipefail
cd "$(dirname "$0")"
out=$1
nvcc -std=c++17 -fmad=false -ptx -arch=compute_75 kernels.cu -o "$out"
# No instruction here is newer than this: one text for Volta and all that came after it.
sed -i -e 's/^\.version .*/.version 7.0/' -e 's/^\.target .*/.target sm_70/' -e '/^\/\//d' "$out"
