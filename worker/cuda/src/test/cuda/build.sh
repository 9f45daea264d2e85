#!/bin/bash
# Builds the stand-in: build.sh TEXTS FOLDER, where TEXTS holds the PTX texts, writes FOLDER/libcuda.so.1 and FOLDER/kernels.so. Needs g++.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
texts=$1 out=$2
mkdir -p "$out"
flags="-O${OPTIMIZE:-1} -fPIC -shared -std=c++20 -ffp-contract=off -fno-math-errno -w"
[ "$(uname -m)" != x86_64 ] || flags="$flags -mavx2 -mfma"
grep -oh '\.entry [A-Za-z0-9_]*' "$texts"/*.ptx | sed 's/.entry \(.*\)/K(\1)/' >"$out/entries.inc"
[ -f "$out/libcuda.so.1" ] || g++ $flags -Wl,-soname,libcuda.so.1 "$here/driver.cpp" -o "$out/libcuda.so.1" -ldl
g++ $flags -I"$out" -I"$here" -I"$here/../../main/cuda" "$here/kernels.cpp" -o "$out/kernels.so"
