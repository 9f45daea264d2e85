#!/bin/bash
# Makes the folder that check.sh runs from: bundle.sh FOLDER. Needs a JDK 17 with jlink, Maven and g++; the folder needs
# none of them on the machine with the card. At most 60 MiB.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
out=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mvn="mvn -o -B -q -f $root/pom.xml -pl worker/cuda -am"
$mvn test-compile dependency:build-classpath -Dmdep.outputFile="$work/cp"
classes=$root/worker/cuda/target
jna=$(tr : '\n' <"$work/cp" | grep '/jna-[0-9.]*\.jar$')

(cd "$root/worker/cuda" &&
  java -Xmx3g -Dorg.eclipse.deeplearning4j.helpers.disable=false \
    -cp "$classes/test-classes:$classes/classes:$(cat "$work/cp")" io.trireme.cuda.check.FixtureWriter "$work/fixtures")
jlink --add-modules java.base,java.logging,java.management,jdk.unsupported --strip-debug --no-header-files --no-man-pages \
  --compress=2 --output "$work/jre"
jar --create --file "$work/trireme-cuda.jar" -C "$classes/classes" .
cp "$jna" "$work/jna.jar"
cp "$root/deploy/gpu/torch_eager.py" "$work"
rm "$work/cp"
mkdir -p "$out"
tar czf "$out/bundle.tgz" -C "$work" .
cp "$root/deploy/gpu/check.sh" "$out"
bytes=$(stat -c %s "$out/bundle.tgz")
echo "$out: $((bytes >> 20)) MiB"
[ "$bytes" -lt $((60 << 20)) ] || { echo "over 60 MiB" >&2; exit 1; }
