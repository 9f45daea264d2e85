#!/usr/bin/env bash
# Several hosts on one machine: four network namespaces on a bridge, whose link to the first is shaped. Sixteen senders
# on the other three push into one receiver on the first, and what arrives is compared with what the link carries.
#
#   deploy/test/hosts.sh [MBIT]...
#
# MBIT (100 200 by default) are rates of the link. Exit code 0: at least 0.8 of each link arrived; 1: less did; 77: it
# could not be tried here, and it says why. Needs root, ip and tc (Debian's package iproute2).
set -euo pipefail

here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
distribution=${TRIREME_DISTRIBUTION:-$here/../target/trireme}
rates=("$@")
((${#rates[@]} > 0)) || rates=(100 200)
senders=16 seconds=${SECONDS_EACH:-10} mtu=${MTU:-1408}

skip() {
  echo "hosts.sh: skipped: $1" >&2
  exit 77
}

((EUID == 0)) || skip "network namespaces need root"
for tool in ip tc; do
  command -v "$tool" >/dev/null || skip "there is no $tool; install iproute2"
done
[[ -d $distribution/jars ]] || skip "there is no $distribution; run mvn -DskipTests package"
java=${JAVA_HOME:+$JAVA_HOME/bin/}java

id=tr$$ bridge=tr$$ folder=$(mktemp -d)
clean_up() {
  local pid i
  for pid in $(jobs -p); do
    kill "$pid" 2>/dev/null || true
  done
  wait
  for i in 0 1 2 3; do
    ip link del "$id.$i" 2>/dev/null || true
    ip netns del "$id-$i" 2>/dev/null || true
  done
  ip link del "$bridge" 2>/dev/null || true
  rm -rf "$folder" /dev/shm/"$id"-incast-*
}
trap clean_up EXIT
ip link add "$bridge" type bridge 2>"$folder/err" || skip "no bridge can be made: $(cat "$folder/err")"
ip link set "$bridge" up
for i in 0 1 2 3; do
  ip netns add "$id-$i" 2>"$folder/err" || skip "no namespace can be made: $(cat "$folder/err")"
  ip link add "$id.$i" type veth peer name eth0 netns "$id-$i"
  ip link set "$id.$i" master "$bridge" up
  ip -n "$id-$i" addr add "10.213.0.$((i + 1))/24" dev eth0
  ip -n "$id-$i" link set eth0 up
  ip -n "$id-$i" link set lo up
done

# incast NAMESPACE ARGUMENT...: the program in a namespace.
incast() {
  local namespace=$1
  shift
  ip netns exec "$id-$namespace" "$java" "@$distribution/conf/jvm.options" ${JAVA_OPTIONS:-} -Xmx256m \
    "-Dincast.folder=/dev/shm/$id-incast-$namespace-$rate" -cp "$distribution/jars/*" "$here/Incast.java" "$@"
}

failed=0
echo "| link, Mbit/s | arrived, Mbit/s | goodput of link |"
echo "|---|---|---|"
for rate in "${rates[@]}"; do
  tc qdisc replace dev "$id.0" root tbf rate "${rate}mbit" burst 256kb latency 50ms 2>"$folder/err" ||
    skip "the link cannot be shaped: $(cat "$folder/err")"
  incast 0 receive 10.213.0.1 "$mtu" "$senders" "$seconds" >"$folder/out" 2>"$folder/receiver" &
  receiver=$!
  for ((tenth = 0; tenth < 1200; tenth++)); do
    grep -q '^at ' "$folder/out" && break
    kill -0 "$receiver" 2>/dev/null || { cat "$folder/receiver" >&2 && exit 1; }
    sleep 0.1
  done
  read -r _ host port driver stream < <(grep '^at ' "$folder/out")
  sending=()
  for i in 1 2 3; do
    incast "$i" send "10.213.0.$((i + 1))" "$mtu" "$senders" "$seconds" $((senders / 3 + (i <= senders % 3 ? 1 : 0))) \
      "$host" "$port" "$driver" "$stream" >"$folder/sender-$i" 2>&1 &
    sending+=($!)
  done
  wait "$receiver" || { cat "$folder/receiver" >&2 && exit 1; }
  goodput=$(sed -n 's/^goodput //p' "$folder/out")
  awk -v rate="$rate" -v bytes="$goodput" 'BEGIN {
    arrived = bytes * 8e-6
    printf "| %d | %.0f | %.2f |\n", rate, arrived, arrived / rate
    exit arrived / rate < 0.8 }' || failed=1
  kill "${sending[@]}" 2>/dev/null || true
  wait "${sending[@]}" 2>/dev/null || true
  rm -rf /dev/shm/"$id"-incast-*
done
exit $failed
