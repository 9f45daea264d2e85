#!/usr/bin/env bash
# Trains eight small jobs and prints the SHA-256 of the parameters of each: two builds compute the same
# if they print the same.
#
#   deploy/bench/same-bits.sh [LAUNCHER] [DATA]
#
# LAUNCHER is a trireme launcher, by default the one of this clone; DATA a folder for prepared data, by default
# a new one, which is removed.
set -euo pipefail
here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
launcher=${1:-$here/../bin/trireme}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
data=${2:-$work/data}

# train NAME TASKS [SET...]: trains one job and prints its hash.
train() {
  local name=$1 tasks=$2 sets=() set
  shift 2
  for set in "$@"; do sets+=(--set "$set"); done
  if ! (cd "$work" && "$launcher" train "$here/jobs/base.yaml" --master "local[$tasks]" --set "job=$name" \
    --set "data.shards=$data" --set "output.dir=$work/runs" "${sets[@]}" >"$work/log" 2>&1); then
    echo "same-bits.sh: $name failed; the last lines of what it wrote:" >&2
    tail -n 5 "$work/log" >&2
    exit 1
  fi
  printf '%s %s\n' "$name" "$(sed -n 's/.*"paramsSha256" *: *"\([0-9a-f]*\)".*/\1/p' "$work/runs/$name/result.json")"
}

clipped='optimizer={nesterovs: {learningRate: 0.05}, clipGlobalNorm: 1.0}'
train mlp-1-worker-adam 1
train mlp-2-workers-nesterovs-clipped 2 workers.min=2 workers.max=2 "$clipped"
train mlp-4-workers-adam 4 workers.min=4 workers.max=4
train lenet-2-workers-adam 2 model.zoo=lenet workers.min=2 workers.max=2 epochs=1
train norm-graph-2-workers 2 "model={dl4j: $here/jobs/norm-graph.json}" optimizer= workers.min=2 workers.max=2 epochs=1
train local-2-workers 2 'sync={mode: local, localSteps: 4}' workers.min=2 workers.max=2
train int8-with-back 2 'compression={codec: int8, back: int8}' workers.min=2 workers.max=2
train resumed 2 workers.min=2 workers.max=2 epochs=1 'checkpoint={everySteps: 10}' "$clipped" >/dev/null
train resumed 2 workers.min=2 workers.max=2 'checkpoint={everySteps: 10}' "$clipped"
