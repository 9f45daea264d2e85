#!/usr/bin/env bash
# Simulates whole jobs with faults of any kind, by seeds, on all cores; ends with an error and names the seeds if
# one breaks what is promised. `mvn verify` does the same with 3,000 seeds.
#
#   deploy/test/simulate.sh [SEEDS] [MINUTES] [FIRST] [FAMILY...]
#
# SEEDS of each family, by default 100,000 (there are about ten families), but no longer than MINUTES, by default
# 600; the first seed is FIRST, by default 1. CLASSES may name folders and jars that are compiled already.
set -euo pipefail
here=$(cd -P "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/../..
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
seeds=${1:-100000} minutes=${2:-600} first=${3:-1}
shift $(($# < 3 ? $# : 3))

classes=${CLASSES:-}
if [ -z "$classes" ]; then
  (cd "$root" && mvn -B -q -pl driver/core -am -DskipTests test-compile dependency:build-classpath \
    "-Dmdep.outputFile=$work/classpath" -Dmdep.includeScope=test)
  classes=$root/driver/core/target/test-classes:$root/driver/core/target/classes:$(cat "$work/classpath")
fi
java --add-modules=jdk.incubator.vector --add-opens=java.base/jdk.internal.misc=ALL-UNNAMED \
  --add-opens=java.base/sun.nio.ch=ALL-UNNAMED --add-opens=java.base/java.nio=ALL-UNNAMED -Xmx2g -XX:+UseParallelGC \
  -cp "$classes" io.trireme.driver.sim.Seeds "$seeds" "$minutes" "$first" "$@"
