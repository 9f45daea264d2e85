#!/usr/bin/env bash
# Measures gradient codecs on MNIST lenet: bytes per step and accuracy, or the step time on shaped links.
#
#   TRIREME_DATA_DIR=FOLDER deploy/bench/compression.sh accuracy [options]
#   TRIREME_DATA_DIR=FOLDER deploy/bench/compression.sh links [options]        as root
#
#   --codecs "C..."    of the names below, or any value of the key compression (all)
#   --seeds "S..."     seeds of accuracy (1 2 3)
#   --epochs N         epochs of accuracy (2)
#   --rates "R..."     rates of links, as tc writes them (10gbit 1gbit 100mbit)
#   --workers N        workers of links, each in a network namespace of its own with one server (4)
#   --examples N       training examples of links, drawn as digits; steps hold 16 a worker (640)
#   --passes N         passes of links over the examples (40); auto needs some hundred steps to choose
#
# accuracy trains in one process with two workers and tells, for each codec and seed, the test accuracy, the mean
# compression ratio and the bytes that the workers send to servers in a step. links joins namespaces by a bridge, shapes
# both directions of every host by a token bucket, and tells the median of the seconds that a step took over the
# second half of the intervals of metrics.jsonl, by when auto has chosen, and how many times faster than none that is, if
# none was measured before in the same run and at the same rate. links needs ip and tc (iproute2). Both print lines of JSON.
set -euo pipefail

here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd -P "$here/../.." && pwd)
mode=${1:-}
codecs="none bf16 fp16 int8 onebit threshold topk thc powersgd int8-back auto"
seeds="1 2 3" epochs=2 rates="10gbit 1gbit 100mbit" workers=4 examples=640 passes=40

usage() {
  sed -n '2,/^set/s/^# \{0,1\}//p' "${BASH_SOURCE[0]}" | sed '$d' >&2
  exit 2
}

[[ $mode = accuracy || $mode = links ]] || usage
shift
while (($# > 0)); do
  (($# > 1)) || usage
  case $1 in
    --codecs) codecs=$2 ;;
    --seeds) seeds=$2 ;;
    --epochs) epochs=$2 ;;
    --rates) rates=$2 ;;
    --workers) workers=$2 ;;
    --examples) examples=$2 ;;
    --passes) passes=$2 ;;
    *) usage ;;
  esac
  shift 2
done
work=$(mktemp -d)
cleanup=()
finish() {
  local i
  for ((i = ${#cleanup[@]} - 1; i >= 0; i--)); do eval "${cleanup[i]}" || true; done
  rm -rf "$work"
}
trap finish EXIT

# compression CODEC: the value of the job's key.
compression() {
  case $1 in
    topk) echo '{codec: topk, density: 0.01, momentum: 0, warmupSteps: 100}' ;;
    powersgd) echo '{codec: powersgd, rank: 4, warmupSteps: 90}' ;;
    auto) echo '{codec: auto, candidates: {bf16: {}, int8: {}, onebit: {}, topk: {density: 0.01}}}' ;;
    int8-back) echo '{codec: int8, back: bf16}' ;;
    threshold) echo '{codec: threshold, maxDensity: 0.02}' ;;
    *) echo "$1" ;;
  esac
}

# fields FILE KEY...: the values of keys of each line of metrics.jsonl, one line each.
fields() {
  local file=$1
  shift
  tr -d '{}"' <"$file" | tr ':' ',' | awk -F, -v keys="$*" '
    BEGIN { n = split(keys, key, " ") }
    $1 == "event" { next }
    { for (i = 1; i < NF; i += 2) field[$i] = $(i + 1)
      for (i = 1; i <= n; i++) printf "%s%s", field[key[i]], i < n ? " " : "\n" }'
}

# number KEY FILE: the first number under a key of a JSON file.
number() {
  tr -d '\n' <"$2" | sed -n "s/.*\"$1\"[[:space:]]*:[[:space:]]*\([-0-9.eE+]*\).*/\1/p"
}

accuracy() {
  local codec seed out
  for codec in $codecs; do
    for seed in $seeds; do
      out=$work/runs
      rm -rf "$out/mnist-lenet"
      OMP_NUM_THREADS=1 "$root/deploy/bin/trireme" train "$root/conf/mnist-lenet.yaml" \
        --set "seed=$seed" --set "epochs=$epochs" --set "output.dir=$out" \
        --set "compression=$(compression "$codec")" >"$work/log" 2>&1 || {
        echo "compression.sh: $codec, seed $seed failed:" >&2
        tail -n 5 "$work/log" >&2
        continue
      }
      fields "$out/mnist-lenet/metrics.jsonl" step bytesSent bytesReceived compressionRatio |
        awk -v codec="$codec" -v seed="$seed" -v accuracy="$(number accuracy "$out/mnist-lenet/result.json")" '
          { sent += $2; received += $3; ratio += $4 * ($1 - step); step = $1 }
          END { printf "{\"codec\": \"%s\", \"seed\": %d, \"accuracy\": %s, \"ratio\": %.2f, \"bytesSentPerStep\": %.0f, \"bytesReceivedPerStep\": %.0f}\n",
            codec, seed, accuracy, ratio / step, sent / step, received / step }'
    done
  done
}

# host NAME: runs a command in a namespace.
host() {
  local name=$1
  shift
  ip netns exec "$name" "$@"
}

# await FILE TEXT: waits up to a minute until the file holds the text.
await() {
  local i
  for ((i = 0; i < 600; i++)); do
    if grep -q "$2" "$1" 2>/dev/null; then return 0; fi
    sleep 0.1
  done
  tail -n 20 "$1" >&2
  echo "compression.sh: '$2' did not appear in $1; its last lines are above" >&2
  exit 1
}

# daemon HOST NAME CLASS ARGUMENTS...: starts a part of the cluster in a namespace.
daemon() {
  local where=$1 name=$2
  shift 2
  SPARK_LOCAL_IP=$(address "$where") OMP_NUM_THREADS=1 ip netns exec "$where" "$java" "@$distribution/conf/jvm.options" \
    -Xmx512m -XX:+UseSerialGC "-Dlog4j2.configurationFile=$distribution/conf/log4j2-daemons.properties" \
    -cp "$distribution/conf:$distribution/jars/*" "org.apache.spark.deploy.$@" >"$work/$name.log" 2>&1 </dev/null &
  cleanup+=("kill $! 2>/dev/null; wait $! 2>/dev/null")
}

# address HOST: 10.79.0.1 for the first, and so on.
address() { echo "10.79.0.$((${1##*-} + 1))"; }

hosts() {
  local i name
  ip link add tri-bridge type bridge
  cleanup+=("ip link del tri-bridge")
  ip link set tri-bridge up
  for ((i = 0; i <= workers; i++)); do
    name=tri-$i
    ip netns add "$name"
    cleanup+=("ip netns del $name")
    ip link add "tri-out-$i" type veth peer name eth0 netns "$name"
    ip link set "tri-out-$i" master tri-bridge up
    host "$name" ip addr add "$(address "$name")/24" dev eth0
    host "$name" ip link set eth0 up
    host "$name" ip link set lo up
  done
}

# shape RATE: both directions of every worker's host.
shape() {
  local i
  for ((i = 1; i <= workers; i++)); do
    tc qdisc replace dev "tri-out-$i" root tbf rate "$1" burst 1mb latency 50ms
    host "tri-$i" tc qdisc replace dev eth0 root tbf rate "$1" burst 1mb latency 50ms
  done
}

links() {
  local i rate codec url out job plain line
  ((EUID == 0)) || { echo "compression.sh: links needs root, for network namespaces" >&2; exit 2; }
  bin=$root/deploy/bin
  # shellcheck source=deploy/bin/trireme-env.sh
  . "$bin/trireme-env.sh"
  use_own_spark
  hosts
  daemon tri-0 master master.Master --host "$(address tri-0)" --port 7077 --webui-port 0
  await "$work/master.log" 'Starting Spark master at'
  url=spark://$(address tri-0):7077
  for ((i = 1; i <= workers; i++)); do
    daemon "tri-$i" "worker-$i" worker.Worker --host "$(address "tri-$i")" --port 0 --webui-port 0 --cores 1 \
      --work-dir "$work/work-$i" "$url"
  done
  for ((i = 1; i <= workers; i++)); do await "$work/worker-$i.log" 'Successfully registered with master'; done
  for rate in $rates; do
    shape "$rate"
    plain=
    for codec in $codecs; do
      out=$work/runs job=links
      rm -rf "$out/$job"
      SPARK_LOCAL_IP=$(address tri-0) OMP_NUM_THREADS=1 host tri-0 "$bin/trireme" train "$root/conf/quickstart.yaml" \
        --master "$url" --set "job=$job" --set "output.dir=$out" --set "data.train.examples=$examples" \
        --set data.test.examples=100 --set "epochs=$passes" --set "batch={size: $((16 * workers)), slots: $workers}" \
        --set "workers={min: $workers, max: $workers}" --set "servers=$workers" \
        --set "compression=$(compression "$codec")" >"$work/log" 2>&1 || {
        echo "compression.sh: $codec at $rate failed:" >&2
        tail -n 5 "$work/log" >&2
        continue
      }
      line=$(fields "$out/$job/metrics.jsonl" step samplesPerSecond compressionRatio |
        awk -v codec="$codec" -v rate="$rate" -v batch=$((16 * workers)) -v plain="${plain:-0}" '
          $2 > 0 { all[++count] = batch / $2; ratio = $3 }
          END {
            for (i = int(count / 2) + 1; count > 1 && i <= count; i++) seconds[++n] = all[i]
            for (i = 2; i <= n; i++) { v = seconds[i]; for (j = i - 1; j > 0 && seconds[j] > v; j--) seconds[j + 1] = seconds[j]; seconds[j + 1] = v }
            if (n == 0) { print "{\"codec\": \"" codec "\", \"rate\": \"" rate "\", \"error\": \"too few intervals\"}"; exit }
            median = seconds[int((n + 1) / 2)]
            printf "{\"codec\": \"%s\", \"rate\": \"%s\", \"secondsPerStep\": %.4f, \"ratio\": %.2f", codec, rate, median, ratio
            if (plain > 0) printf ", \"timesFasterThanNone\": %.2f", plain / median
            print "}" }')
      echo "$line"
      if [[ $codec = none ]]; then plain=$(number secondsPerStep <(echo "$line")); fi
      if [[ $codec = auto ]]; then grep '"event":"compression"' "$out/$job/metrics.jsonl" | tail -n 1 | sed 's/^/# /' || true; fi
    done
  done
}

if [[ $mode = accuracy ]]; then
  [[ -f ${TRIREME_DATA_DIR:-}/mnist/train-images-idx3-ubyte.gz ]] || {
    echo "compression.sh: set TRIREME_DATA_DIR to a folder with mnist/train-images-idx3-ubyte.gz and the other three files" >&2
    exit 2
  }
  TRIREME_DATA_DIR=$(cd "$TRIREME_DATA_DIR" && pwd)
  export TRIREME_DATA_DIR
fi
echo "# $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg), $(date -u +%Y-%m-%d)"
"$mode"
