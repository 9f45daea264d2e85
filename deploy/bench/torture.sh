#!/usr/bin/env bash
# Trains on a standalone cluster of several JVMs while a seeded hand kills executors (with the worker and the server in
# them) and the driver, every few seconds, with kill -9. Whoever ends is started again: executors by Spark, the driver by
# the same command. At the end of each job its parameters are compared with those of a run that nobody disturbed.
#
#   deploy/bench/torture.sh [KILLS] [SEED] [FOLDER]
#
# KILLS (200 by default) is how many kills there are at least; SEED (1) draws victims and pauses; FOLDER
# (.trireme/torture) takes everything that is written. Exit code 0: every job ended with the right parameters.
# PAUSE_MIN and PAUSE_SPAN (1 and 5) are the seconds from the first step after a kill to the next one; EPOCHS (40) the length of a job; DRIVER_SHARE (25) the
# percentage of kills that hit the driver.
set -euo pipefail

bench=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
bin=${TRIREME_BIN:-$bench/../bin}
kills=${1:-200} seed=${2:-1} folder=${3:-.trireme/torture}
mkdir -p "$folder"
folder=$(cd -P "$folder" && pwd)
RANDOM=$seed
survived=0 drivers=0 executors=0 jobs=0

cat >"$folder/job.yaml" <<JOB
job: torture
seed: 5
model: { zoo: lenet }
data:
  format: digits
  train: { examples: 2000 }
  test: { examples: 200 }
batch: { size: 64, slots: 2 }
epochs: ${EPOCHS:-40}
optimizer: { adam: { learningRate: 0.001 } }
workers: { min: 1, max: 2, threads: 1 }
servers: { count: 2, replicas: 1 }
checkpoint: { everySeconds: 2, keep: 2 }
transport: { timeoutSeconds: 10 }
output: { dir: $folder/runs }
JOB

sha() { sed -n 's/.*"paramsSha256" : "\([0-9a-f]*\)".*/\1/p' "$folder/runs/$1/result.json"; }

driver=
clean_up() {
  [[ -z $driver ]] || kill -9 "$driver" 2>/dev/null || true
  "$bin/trireme-cluster" stop --dir "$folder/cluster" || true
}
trap clean_up EXIT

train() { # JOB MASTER LOG: in the background; its process is $driver
  "$bin/trireme" train "$folder/job.yaml" --set "job=$1" --master "$2" >>"$folder/$3.log" 2>&1 &
  driver=$!
}

if [[ ! -f $folder/runs/quiet/result.json ]]; then
  train quiet 'local[2]' quiet
  wait "$driver" || { tail "$folder/quiet.log" >&2; exit 1; }
fi
quiet=$(sha quiet)
echo "undisturbed: $quiet"

export TRIREME_DRIVER_MEMORY=${TRIREME_DRIVER_MEMORY:-1g}
export TRIREME_SUBMIT_OPTIONS=${TRIREME_SUBMIT_OPTIONS:---conf spark.executor.memory=768m}
master=$("$bin/trireme-cluster" start --workers 2 --cores 1 --memory 2g --dir "$folder/cluster")

victims() { # the executors of the cluster
  local entry
  for entry in /proc/[0-9]*; do
    if [[ $(readlink "$entry/cwd" 2>/dev/null) = "$folder"/cluster/work-*/* ]]; then echo "${entry##*/}"; fi
  done
}

disturb() { # kills somebody; true if there was somebody
  if ((RANDOM % 100 < ${DRIVER_SHARE:-25})); then
    kill -9 "$driver" 2>/dev/null || return 1
    wait "$driver" 2>/dev/null || true
    drivers=$((drivers + 1))
    train "$job" "$master" "$job"
  else
    local all
    mapfile -t all < <(victims)
    ((${#all[@]} > 0)) || return 1
    kill -9 "${all[RANDOM % ${#all[@]}]}" 2>/dev/null || return 1
    executors=$((executors + 1))
  fi
  survived=$((survived + 1))
}

steps() { stat -c %s "$folder/runs/$job/metrics.jsonl" 2>/dev/null || echo 0; }

await_steps() { # until training goes on, or the driver has ended, or a minute is over
  local before tenth
  before=$(steps)
  for ((tenth = 0; tenth < 600; tenth++)); do
    if ! kill -0 "$driver" 2>/dev/null; then return; fi
    if [[ $(steps) != "$before" ]]; then return; fi
    sleep 0.1
  done
}

while ((survived < kills)); do
  jobs=$((jobs + 1))
  job=torture-$seed-$jobs
  rm -rf "$folder/runs/$job"
  train "$job" "$master" "$job"
  while kill -0 "$driver" 2>/dev/null; do
    await_steps
    pause=$((${PAUSE_MIN:-1} * 10 + RANDOM % (${PAUSE_SPAN:-5} * 10 + 1)))
    for ((tenth = 0; tenth < pause; tenth++)); do
      kill -0 "$driver" 2>/dev/null || break 2
      sleep 0.1
    done
    if ((survived < kills)); then disturb || true; fi
  done
  code=0
  wait "$driver" || code=$?
  if ((code != 0)); then
    tail -n 20 "$folder/$job.log" >&2
    echo "$job ended with exit code $code after $survived kills" >&2
    exit 1
  fi
  if [[ $(sha "$job") != "$quiet" ]]; then
    echo "$job ended with other parameters: $(sha "$job")" >&2
    exit 1
  fi
  echo "$job: the same parameters; $survived kills so far ($executors executors, $drivers drivers)"
done
driver=
echo "survived $survived kills ($executors executors, $drivers drivers) in $jobs jobs, all with the same parameters"
