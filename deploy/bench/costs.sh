#!/usr/bin/env bash
# What encryption with authentication, backups and checkpoints cost: trains conf/mnist-mlp.yaml in one process with and
# without each, in turns, and prints the ratio of the examples/s.
#
#   TRIREME_DATA_DIR=FOLDER deploy/bench/costs.sh [options]
#
#   --rounds N      rounds; in each, with and without take turns, and every other round begins with "with" (5)
#   --costs "C..."  of encryption, replication, checkpoints (all three)
#   --epochs N      timed epochs, after one of warm-up (2)
#
# Encryption has no switch. "without" is a copy of the distribution in which the class under src/plain stands for the
# cipher of frames: the same frames, of which nothing is encrypted. Backups are servers {count: 2, replicas: 1} against 0, checkpoints one a second against none. The run writes metrics.jsonl in every case.
set -euo pipefail

here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -P "$here/../.." && pwd)
rounds=5 costs="encryption replication checkpoints" epochs=2

usage() {
  sed -n '2,/^set/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" | sed '$d' >&2
  exit 2
}

while (($# > 0)); do
  (($# > 1)) || usage
  case $1 in
    --rounds) rounds=$2 ;;
    --costs) costs=$2 ;;
    --epochs) epochs=$2 ;;
    *) usage ;;
  esac
  shift 2
done
[[ -f ${TRIREME_DATA_DIR:-}/mnist/train-images-idx3-ubyte.gz ]] || {
  echo "costs.sh: set TRIREME_DATA_DIR to a folder with mnist/train-images-idx3-ubyte.gz and the other three files" >&2
  exit 2
}
TRIREME_DATA_DIR=$(cd "$TRIREME_DATA_DIR" && pwd)
export TRIREME_DATA_DIR
bin=$root/deploy/bin
# shellcheck source=deploy/bin/trireme-env.sh
. "$bin/trireme-env.sh"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# make_plain: a distribution in which frames are not encrypted.
make_plain() {
  local home common
  home=$(dirname "$(readlink -f "$java")")
  mkdir -p "$work/plain/jars" "$work/classes"
  cp -r "$distribution/bin" "$distribution/conf" "$work/plain/"
  ln -s "$distribution"/jars/* "$work/plain/jars/"
  common=$(basename "$(one_jar 'trireme-core-*.jar')")
  rm "$work/plain/jars/$common"
  cp "$distribution/jars/$common" "$work/plain/jars/"
  "$home/javac" -d "$work/classes" -cp "$distribution/jars/*" "$here"/src/plain/java/io/trireme/common/wire/*.java
  "$home/jar" uf "$work/plain/jars/$common" -C "$work/classes" .
}

# rate BIN [SET...]: examples/s over the intervals of metrics.jsonl that began after the first epoch.
rate() {
  local from=$1 sets=() set
  shift
  for set in "$@"; do sets+=(--set "$set"); done
  rm -rf "$work/runs/mnist-mlp"
  "$from/trireme" train "$root/conf/mnist-mlp.yaml" --set "epochs=$((epochs + 1))" --set "output.dir=$work/runs" \
    "${sets[@]}" >"$work/log" 2>&1 || {
    echo "costs.sh: a run failed; the last lines of what it wrote:" >&2
    tail -n 5 "$work/log" >&2
    return 1
  }
  tr -d '{}"' <"$work/runs/mnist-mlp/metrics.jsonl" | tr ':' ',' | awk -F, -v epochs=$((epochs + 1)) '
    { delete field
      for (i = 1; i < NF; i += 2) field[$i] = $(i + 1)
      if ("samplesPerSecond" in field) { n++; step[n] = field["step"]; speed[n] = field["samplesPerSecond"] } }
    END {
      perEpoch = step[n] / epochs
      for (k = 2; k <= n; k++) if (step[k - 1] >= perEpoch) {
        steps += step[k] - step[k - 1]; time += (step[k] - step[k - 1]) / speed[k]
      }
      printf "%.1f\n", steps / time
    }'
}

# once COST WITH: one run; WITH is 1 or 0.
once() {
  case $1$2 in
    encryption1) rate "$bin" ;;
    encryption0) rate "$work/plain/bin" ;;
    replication[01]) rate "$bin" "servers={count: 2, replicas: $2}" ;;
    checkpoints1) rate "$bin" "checkpoint={everySeconds: 1}" ;;
    checkpoints0) rate "$bin" ;;
    *) usage ;;
  esac
}

[[ $costs != *encryption* ]] || make_plain
echo "# $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg 2>/dev/null || echo unknown), $(date -u +%Y-%m-%d)"
for ((round = 0; round < rounds; round++)); do
  for cost in $costs; do
    first=$((round % 2))
    for with in $first $((1 - first)); do
      measured=$(once "$cost" "$with")
      echo "$round $cost $with $measured" | tee -a "$work/lines" >&2
    done
  done
done

echo
echo "| cost of | examples/s without, median of $rounds | with | with / without, median of rounds | least | most |"
echo "|---|---|---|---|---|---|"
awk '
  function sort(v, n,   i, j, x) {
    for (i = 2; i <= n; i++) { x = v[i]; for (j = i - 1; j > 0 && v[j] > x; j--) v[j + 1] = v[j]; v[j + 1] = x }
  }
  function median(v, n) { sort(v, n); return n % 2 ? v[(n + 1) / 2] : (v[n / 2] + v[n / 2 + 1]) / 2 }
  { if (!($2 in seen)) { seen[$2] = 1; order[++costs] = $2 }
    rate[$2, $3, $1] = $4; if ($1 >= rounds) rounds = $1 + 1 }
  END {
    for (c = 1; c <= costs; c++) {
      for (r = 0; r < rounds; r++) {
        off[r + 1] = rate[order[c], 0, r]; on[r + 1] = rate[order[c], 1, r]
        ratio[r + 1] = on[r + 1] / off[r + 1]
      }
      middle = median(ratio, rounds)
      printf "| %s | %.0f | %.0f | %.3f | %.3f | %.3f |\n", order[c], median(off, rounds), median(on, rounds), middle,
        ratio[1], ratio[rounds]
    }
  }' "$work/lines"
