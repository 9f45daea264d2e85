#!/usr/bin/env bash
# How long it takes from the command to the first step after a resume, beside a fresh start of the same job: trains a
# network 784-N-N-10 in one process, stops it by SIGTERM, which leaves a checkpoint, and starts it again.
#
#   deploy/bench/resume.sh [--width N] [--rounds R]
#
# N (9600, which makes 99.8 million parameters) is the width of both hidden layers, R (3) how often it is stopped and
# resumed. Prints, in seconds, the fresh start and each resume to the first step in metrics.jsonl, how large the
# checkpoint was, and how long cat reads its files, which is the bound. Needs about 10 GiB of memory as it stands.
set -euo pipefail

here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$here/../bin
width=9600 rounds=3
while (($# > 0)); do
  (($# > 1)) || { sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2; }
  case $1 in
    --width) width=$2 ;;
    --rounds) rounds=$2 ;;
    *) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2; exit 2 ;;
  esac
  shift 2
done
# shellcheck source=deploy/bin/trireme-env.sh
. "$bin/trireme-env.sh"
work=$(mktemp -d)
driver=
trap '[[ -z $driver ]] || kill -9 "$driver" 2>/dev/null || true; rm -rf "$work"' EXIT

"$java" "@$distribution/conf/jvm.options" -Dlog4j2.level=error -cp "$distribution/jars/*" \
  "$here/src/wide/WideModel.java" "$width" 2>/dev/null | sed -n '/^{/,$p' >"$work/model.json"
cat >"$work/job.yaml" <<JOB
job: wide
seed: 1
model: { dl4j: $work/model.json }
data:
  format: digits
  train: { examples: 6400 }
  test: { examples: 100 }
batch: { size: 16, slots: 1 }
epochs: 1
workers: { min: 1, max: 1, threads: 1 }
servers: 2
checkpoint: { everySeconds: 3600, keep: 1 }
output: { dir: $work/runs }
JOB
export TRIREME_DRIVER_MEMORY=${TRIREME_DRIVER_MEMORY:-8g} TRIREME_NATIVE_MEMORY=${TRIREME_NATIVE_MEMORY:-8g}
metrics=$work/runs/wide/metrics.jsonl

# steps: lines of metrics that tell of a step.
steps() { if [[ -f $metrics ]]; then grep -vc '"event"' "$metrics" || true; else echo 0; fi; }

# start: the job in the background; answers with the seconds to its first step in $seconds.
start() {
  local from i seen=
  from=$(date +%s%N)
  "$bin/trireme" train "$work/job.yaml" >>"$work/log" 2>&1 &
  driver=$!
  for ((i = 0; i < 6000; i++)); do
    kill -0 "$driver" 2>/dev/null || { tail -n 20 "$work/log" >&2; exit 1; }
    if [[ $1 = fresh ]] && (($(steps) > 0)); then seen=1; fi
    if [[ $1 = resume ]] && grep -q '"resumed"' "$metrics" && tail -n 1 "$metrics" | grep -vq '"event"'; then seen=1; fi
    if [[ -n $seen ]]; then break; fi
    sleep 0.05
  done
  [[ -n $seen ]] || { echo "resume.sh: no first step in 300 s; see $work/log" >&2; tail -n 20 "$work/log" >&2; exit 1; }
  seconds=$(awk -v from="$from" -v to="$(date +%s%N)" 'BEGIN { printf "%.2f", (to - from) / 1e9 }')
}

# stop: by SIGTERM, with a checkpoint.
stop() {
  local code=0
  kill "$driver"
  wait "$driver" || code=$?
  driver=
  ((code == 143)) || { tail -n 20 "$work/log" >&2; echo "resume.sh: exit code $code, expected 143" >&2; exit 1; }
}

echo "# $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $(date -u +%Y-%m-%d), width $width"
start fresh
echo "fresh start to the first step: $seconds s"
stop
bytes=$(du -cb "$work"/runs/wide/checkpoints/step-*/* | tail -n 1 | cut -f1)
for ((round = 1; round <= rounds; round++)); do
  sed -i '/"event"/d' "$metrics"
  TIMEFORMAT=%R
  read_s=$({ time cat "$work"/runs/wide/checkpoints/step-*/*.shard >/dev/null; } 2>&1)
  start resume
  echo "resume to the first step: $seconds s (checkpoint of $bytes bytes; cat reads it in $read_s s)"
  stop
done
