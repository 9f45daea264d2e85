#!/usr/bin/env bash
# Times Trireme and its peers side by side on MNIST (Adam 0.001, batch 64 a worker, 2 workers) and prints a table.
#
#   TRIREME_DATA_DIR=FOLDER deploy/bench/run.sh [options]
#
#   --rounds N           rounds; in each, all take turns; the table holds medians (3)
#   --models "M..."      mlp, lenet or both ("mlp lenet")
#   --peers "P..."       of trireme, dl4j-fit, dl4j-spark-averaging, torch-ddp (all)
#   --epochs N           timed epochs, after one epoch of warm-up (1)
#   --examples N         training examples of torch-ddp (60000)
#   --slow-examples N    training examples of the two DL4J peers, which take minutes for all 60000 (12800)
#
# FOLDER/mnist holds the four gzipped IDX files. Needs JDK 17 and Maven; torch-ddp also python3-torch (PYTHON names the
# Python that has it), and is left out with a word where that is absent. Trireme always trains on all 60,000 examples;
# its examples/s are those of the intervals in metrics.jsonl that began after the first epoch, and the rate with that
# epoch, from result.json, is told on stderr. The accuracy is that after warm-up and timed epochs: compare it only
# between peers that saw equally many examples. dl4j-fit runs with DL4J's default threads, all others
# with one thread for each of two workers.
set -euo pipefail

here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -P "$here/../.." && pwd)
rounds=3 models="mlp lenet" peers="trireme dl4j-fit dl4j-spark-averaging torch-ddp"
epochs=1 examples=60000 slow_examples=12800

usage() {
  sed -n '2,/^set/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" | sed '$d' >&2
  exit 2
}

while (($# > 0)); do
  (($# > 1)) || usage
  case $1 in
    --rounds) rounds=$2 ;;
    --models) models=$2 ;;
    --peers) peers=$2 ;;
    --epochs) epochs=$2 ;;
    --examples) examples=$2 ;;
    --slow-examples) slow_examples=$2 ;;
    *) usage ;;
  esac
  shift 2
done
data=${TRIREME_DATA_DIR:-}
[[ -f $data/mnist/train-images-idx3-ubyte.gz ]] || {
  echo "run.sh: set TRIREME_DATA_DIR to a folder with mnist/train-images-idx3-ubyte.gz and the other three files" >&2
  exit 2
}
TRIREME_DATA_DIR=$(cd "$data" && pwd)
export TRIREME_DATA_DIR
mnist=$TRIREME_DATA_DIR/mnist
java=${JAVA_HOME:+$JAVA_HOME/bin/}java
python=${PYTHON:-}
for candidate in python3 /usr/bin/python3; do
  if [[ -z $python ]] && "$candidate" -c 'import torch' 2>/dev/null; then python=$candidate; fi
done
python=${python:-python3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# peer CLASS MODEL: one of the two peers in Java.
peer() {
  "$java" "@$here/target/classes/jvm.options" -Xmx4g -cp "$here/target/classes:$here/target/jars/*" \
    "io.trireme.bench.$1" "$2" "$slow_examples" "$epochs" "$mnist" 2>"$work/log"
}

# number KEY FILE: the first number under a key of a JSON file.
number() {
  tr -d '\n' <"$2" | sed -n "s/.*\"$1\"[[:space:]]*:[[:space:]]*\([-0-9.eE+]*\).*/\1/p"
}

# after_warm_up METRICS EPOCHS: examples/s over the intervals of metrics.jsonl that began after the first epoch.
after_warm_up() {
  tr -d '{}"' <"$1" | tr ':' ',' | awk -F, -v epochs="$2" '
    { for (i = 1; i < NF; i += 2) field[$i] = $(i + 1)
      step[NR] = field["step"]; rate[NR] = field["samplesPerSecond"] }
    END {
      perEpoch = step[NR] / epochs
      for (n = 2; n <= NR; n++) if (step[n - 1] >= perEpoch) {
        examples = (step[n] - step[n - 1]) * 60000 / perEpoch
        all += examples; seconds += examples / rate[n]
      }
      printf "%.1f", all / seconds
    }'
}

# trireme MODEL: trains all of MNIST in a fresh run folder.
trireme() {
  local out=$work/runs result rate
  rm -rf "$out"
  BENCH_MODEL=$1 "$root/deploy/bin/trireme" train "$here/mnist.yaml" --set "epochs=$((epochs + 1))" \
    --set "output.dir=$out" >"$work/log" 2>&1 || return
  result=$out/bench-$1/result.json
  rate=$(after_warm_up "$out/bench-$1/metrics.jsonl" $((epochs + 1)))
  echo "run.sh: trireme $1: $(number samplesPerSecond "$result") examples/s with the first epoch, $rate after it" >&2
  printf '{"name": "trireme", "model": "%s", "examplesPerSecond": %s, "testAccuracy": %s, "epochs": %d, "seconds": %s, "examples": 60000}\n' \
    "$1" "$rate" "$(number accuracy "$result")" $((epochs + 1)) "$(number trainSeconds "$result")"
}

# one PEER MODEL: its line of JSON; nothing, with a word, where it is skipped or fails.
one() {
  local code=0
  case $1 in
    trireme) trireme "$2" ;;
    dl4j-fit) peer Dl4jFit "$2" ;;
    dl4j-spark-averaging) OMP_NUM_THREADS=1 peer ParameterAveraging "$2" ;;
    torch-ddp) "$python" "$here/torch_ddp.py" "$2" "$examples" "$epochs" "$mnist" 2>"$work/log" ;;
    *) usage ;;
  esac || code=$?
  ((code == 0)) && return
  echo "run.sh: $1 $2: exit code $code; the last lines of what it wrote:" >&2
  tail -n 5 "$work/log" >&2
}

if [[ $peers = *dl4j* ]]; then
  mvn -B -q -f "$root/pom.xml" -Pbench -pl deploy/bench -DskipTests -Dspotless.check.skip=true package >&2
fi
echo "# $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg 2>/dev/null || echo unknown), $(date -u +%Y-%m-%d), $("$java" -version 2>&1 | head -n 1)"
for ((round = 1; round <= rounds; round++)); do
  for model in $models; do
    for peer in $peers; do one "$peer" "$model" | tee -a "$work/lines"; done
  done
done

echo
echo "| model | peer | examples/s, median of $rounds | Trireme is so many times faster | test accuracy | examples |"
echo "|---|---|---|---|---|---|"
sed 's/[{}",:]/ /g' "$work/lines" | awk '
  { key = $4 " " $2; if (!(key in count)) order[++keys] = key
    rate[key, ++count[key]] = $6 + 0; accuracy[key] = $8; examples[key] = $14 }
  function median(key,   n, i, j, v, values) {
    n = count[key]
    for (i = 1; i <= n; i++) values[i] = rate[key, i]
    for (i = 2; i <= n; i++) { v = values[i]; for (j = i - 1; j > 0 && values[j] > v; j--) values[j + 1] = values[j]; values[j + 1] = v }
    return n % 2 ? values[(n + 1) / 2] : (values[n / 2] + values[n / 2 + 1]) / 2
  }
  END {
    for (i = 1; i <= keys; i++) {
      split(order[i], part, " "); own = part[1] " trireme"
      ratio = own in count ? sprintf("%.2f", median(own) / median(order[i])) : "-"
      printf "| %s | %s | %.0f | %s | %s | %d |\n", part[1], part[2], median(order[i]), ratio, accuracy[order[i]], examples[order[i]]
    }
  }'
