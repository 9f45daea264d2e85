#!/usr/bin/env bash
# How long training pauses when an executor is lost: starts a cluster of processes on this machine, trains, kills one
# executor in the middle of training, and prints what metrics.jsonl says of the recovery. Twice: with a server on every
# executor, and with an executor that holds a worker alone. The same job without a loss must end with the same bits.
#
#   deploy/bench/recovery.sh [--epochs N] [--dir FOLDER] [--losses "none server worker"] [--set KEY=VALUE]...
#
# N (60 by default) must be so large that the kill falls into training and a new executor comes before its end.
set -euo pipefail

here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=$here/../bin
epochs=60 folder=.trireme/recovery sets=() losses=
while (($# > 0)); do
  case $1 in
    --epochs) epochs=$2 ;;
    --dir) folder=$2 ;;
    --losses) losses=$2 ;;
    --set) sets+=(--set "$2") ;;
    *)
      sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" >&2
      exit 2
      ;;
  esac
  shift 2
done
mkdir -p "$folder"
folder=$(cd -P "$folder" && pwd)
cd "$folder"
export OMP_NUM_THREADS=1 SPARK_LOCAL_IP=${SPARK_LOCAL_IP:-127.0.0.1}
export TRIREME_SUBMIT_OPTIONS=${TRIREME_SUBMIT_OPTIONS:---conf spark.executor.memory=768m}

cat >job.yaml <<EOF
job: recovery
seed: 3
model: { zoo: lenet }
data:
  format: digits
  train: { examples: 1500 }
  test: { examples: 300 }
batch: { size: 64, slots: 4 }
epochs: $epochs
optimizer: { adam: { learningRate: 0.001 } }
sync: { mode: bsp }
workers: { min: 2, max: 2, threads: 1 }
servers: { count: 2, replicas: 1 }
transport: { timeoutSeconds: 10 }
output: { dir: runs }
EOF

driver=
trap '[[ -z $driver ]] || kill "$driver" 2>/dev/null || true; "$bin/trireme-cluster" stop --dir cluster 2>/dev/null' EXIT

# executors: the ids of the processes of all executors of the cluster, oldest first.
executors() {
  local entry
  for entry in /proc/[0-9]*; do
    if [[ $(readlink "$entry/cwd" 2>/dev/null) = "$folder"/cluster/work-* ]]; then echo "${entry##*/}"; fi
  done | sort -n
}

# lines: how many lines the metrics of the run have.
lines() {
  local metrics=runs/recovery/metrics.jsonl
  if [[ -f $metrics ]]; then wc -l <"$metrics"; else echo 0; fi
}

# hosting: the ids of the executors with a server's thread; all others hold workers alone.
hosting() {
  local pid
  for pid in $(executors); do
    if cat "/proc/$pid/task"/*/comm 2>/dev/null | grep -q '^trireme-server'; then echo "$pid"; fi
  done
}

# train WORKERS KILL: trains on so many executors; KILL is none, server or worker.
train() {
  local workers=$1 kill=$2 master i victim
  rm -rf runs/recovery
  master=$("$bin/trireme-cluster" start --workers "$workers" --cores 1 --dir cluster)
  "$bin/trireme" train job.yaml --master "$master" --set "workers.min=$workers" --set "workers.max=$workers" \
    ${sets[@]+"${sets[@]}"} >"$kill.out" 2>"$kill.err" &
  driver=$!
  if [[ $kill != none ]]; then
    for ((i = 0; i < 3000; i++)); do
      if (($(lines) >= 2)); then break; fi
      kill -0 "$driver"
      sleep 0.1
    done
    if [[ $kill = server ]]; then
      victim=$(hosting | sort -n | tail -n 1)
    else
      victim=$(comm -23 <(executors | sort) <(hosting | sort) | tail -n 1)
    fi
    echo "$(date +%T) kill -9 $victim"
    kill -9 "$victim"
  fi
  wait "$driver" || { tail -n 20 "$kill.err" && exit 1; }
  driver=
  "$bin/trireme-cluster" stop --dir cluster
  echo "== executors $workers, lost: $kill"
  grep '"event"' runs/recovery/metrics.jsonl || true
  grep -E 'paramsSha256|restarts|samplesPerSecond|trainSeconds' runs/recovery/result.json
}

for loss in ${losses:-none server worker}; do
  if [[ $loss = worker ]]; then train 3 worker; else train 2 "$loss"; fi
done
uptime
