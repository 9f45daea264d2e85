#!/bin/bash
# Checks the engine on this machine's card: bash check.sh, in the folder that bundle.sh made. Needs a driver, nothing
# else; uses PyTorch and compute-sanitizer where they are. Ends in under four minutes, with 1 on any failure.
set -u
here=$(cd "$(dirname "$0")" && pwd)
folder=$here
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
if [ -f "$here/bundle.tgz" ]; then
  tar xzf "$here/bundle.tgz" -C "$scratch" || exit 1
  here=$scratch
fi
export HOME=$scratch CUDA_DEVICE_ORDER=PCI_BUS_ID
export LD_LIBRARY_PATH=${LD_LIBRARY_PATH:-}:/usr/local/nvidia/lib64:/usr/local/nvidia/lib:/usr/lib/wsl/lib
java=("$here/jre/bin/java" -Xmx1g -XX:+UseSerialGC -Djava.io.tmpdir="$scratch" ${TRIREME_CHECK_OPTIONS:-}
  -cp "$here/trireme-cuda.jar:$here/jna.jar")
batch=${BATCH:-256} seconds=${SECONDS_EACH:-1}
failed=()

# part NAME LIMIT COMMAND...: runs a part, goes on after a failure
part() {
  local name=$1 limit=$2 from=$SECONDS rc
  shift 2
  echo "== $name"
  timeout -k 5 "$limit" "$@" 2>&1 | tail -n "${LINES_EACH:-60}" | cut -c1-1000
  rc=${PIPESTATUS[0]}
  [ "$rc" = 0 ] || failed+=("$name ($rc)")
  echo "-- $name: rc $rc, $((SECONDS - from)) s"
}

command -v nvidia-smi >/dev/null && nvidia-smi --query-gpu=name,driver_version,clocks.sm,clocks.max.sm,memory.total,pcie.link.gen.current --format=csv,noheader
check=("${java[@]}" io.trireme.cuda.check.Check)
part device 30 "${check[@]}" device
part parity 90 "${check[@]}" parity "$here/fixtures"
part tensor 60 "${check[@]}" tensor "$here/fixtures"
part slots 20 "${check[@]}" slots
part codecs 30 "${check[@]}" codecs
part time 60 "${check[@]}" time "$batch" "$seconds"
python=
for each in python3 python /opt/conda/bin/python /usr/bin/python3 /usr/local/bin/python3; do
  if "$each" -c 'import torch; assert torch.cuda.is_available()' 2>/dev/null; then
    python=$each
    break
  fi
done
if [ -n "$python" ]; then
  part torch 90 "$python" "$here/torch_eager.py" "$batch" "$(awk "BEGIN { print $seconds / 3 }")"
else
  echo "== torch: no PyTorch with a card here"
fi
part kernels 30 "${check[@]}" kernels "$batch"
# other texts of the kernels, for comparison: those beside this script
for text in "$folder"/*.ptx; do
  [ ! -f "$text" ] || part "kernels of $(basename "$text")" 30 "${java[@]}" -Dtrireme.cuda.kernels="$text" io.trireme.cuda.check.Check kernels "$batch"
done
[ -z "${SURVEY:-}" ] || part survey 40 "${check[@]}" survey "$batch" $SURVEY
sanitizer=$(command -v compute-sanitizer || ls /usr/local/cuda*/bin/compute-sanitizer 2>/dev/null | head -1)
if [ -n "$sanitizer" ]; then
  # networks of few values with every kind of kernel: the tools make a card hundreds of times slower
  for tool in memcheck racecheck synccheck; do
    LINES_EACH=12 part "$tool" 45 "$sanitizer" --tool "$tool" --error-exitcode 9 --target-processes all \
      "${check[@]}" once tiny 300 tinytext 5
  done
else
  echo "== no compute-sanitizer here"
fi
echo "== ${SECONDS} s in all"
if [ ${#failed[@]} -gt 0 ]; then
  echo "FAILED: ${failed[*]}"
  exit 1
fi
echo "ALL PARTS PASSED"
