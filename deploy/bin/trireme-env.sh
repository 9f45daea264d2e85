# shellcheck shell=bash
# Read by the scripts beside it, with $bin set: finds Java and the distribution, and builds it where it is missing.
# Leaves: $java, $distribution.

fail() {
  echo "trireme: $*" >&2
  exit 1
}

# in_the_way TEXT: ends with the exit code of what is in the way of a run.
in_the_way() {
  echo "trireme: $*" >&2
  exit 3
}

# use_utf8: without a locale Java writes question marks for letters beyond ASCII in names of files.
use_utf8() {
  case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
    '' | C | POSIX)
      if locale -a 2>/dev/null | grep -i -x -c 'C\.utf-\{0,1\}8' >/dev/null; then export LC_ALL=C.UTF-8; fi
      ;;
  esac
}

# uri PATH: a path as a URI, in which no letter means anything else.
uri() {
  local LC_ALL=C path=$1 out=file:// letter i code
  for ((i = 0; i < ${#path}; i++)); do
    letter=${path:i:1}
    case $letter in
      [A-Za-z0-9/._~+@=-]) out+=$letter ;;
      *)
        printf -v code %d "'$letter"
        printf -v code %%%02X $((code & 255))
        out+=$code
        ;;
    esac
  done
  echo "$out"
}

# split_words TEXT: splits at blanks and takes quotes and backslashes away, as xargs does; sets $words.
split_words() {
  local word
  words=()
  [[ $1 = *[![:space:]]* ]] || return 0
  printf '%s' "$1" | xargs printf '' 2>/dev/null || return 1
  while IFS= read -r -d '' word; do words+=("$word"); done < <(printf '%s' "$1" | xargs printf '%s\0')
}

# find_java: the Java 17 that everything runs on.
find_java() {
  local version
  if [[ -n ${JAVA_HOME:-} ]]; then
    java=$JAVA_HOME/bin/java
    [[ -x $java ]] || fail "JAVA_HOME is $JAVA_HOME, which holds no bin/java; set it to a Java 17"
  else
    java=$(command -v java) || fail "no java on the PATH; install Java 17, or set JAVA_HOME to one"
  fi
  version=$("$java" -version 2>&1 | sed -n 's/.*version "\([0-9][0-9]*\).*/\1/p' | head -n 1)
  [[ $version = 17 ]] || fail "needs Java 17, and $java is Java ${version:-of unknown version}; set JAVA_HOME to a Java 17"
}

# is_stale: whether the distribution of the clone $1 is missing or older than a source.
is_stale() {
  local stamp=$1/deploy/target/trireme/conf/jvm.options
  [[ -f $stamp ]] || return 0
  [[ -n $(find "$1/pom.xml" "$1"/*/pom.xml "$1"/*/*/pom.xml "$1"/*/src/main "$1"/*/*/src/main "$1/deploy/bin" "$1/conf/log4j2.properties" \
    -newer "$stamp" -print 2>/dev/null | head -n 1) ]]
}

# check_maven: fails unless mvn is 3.8 or newer.
check_maven() {
  local version
  version=$(mvn -v 2>/dev/null | sed -n 's/.*Apache Maven \([0-9]*\.[0-9]*\).*/\1/p' | head -n 1)
  [[ $version =~ ^([0-9]+)\.([0-9]+)$ ]] || fail "needs Maven 3.8 or newer to build, and mvn -v names no version"
  ((BASH_REMATCH[1] > 3 || (BASH_REMATCH[1] == 3 && BASH_REMATCH[2] >= 8))) ||
    fail "needs Maven 3.8 or newer to build, and $(command -v mvn) is $version"
}

# check_room: fails where the build of the clone $1 would run out of disk or memory.
check_room() {
  local free
  free=$(df -Pk "$1" | awk 'NR == 2 { print int($4 / 1024) }')
  ((free >= 1536)) || fail "needs 1.5 GiB of free disk to build, and $1 has $free MiB; make room there"
  [[ -r /proc/meminfo ]] || return 0
  free=$(awk '/^MemAvailable:/ { print int($2 / 1024) }' /proc/meminfo)
  ((free >= 1024)) || fail "needs 1 GiB of free memory to build, and there are $free MiB; end other programs"
}

# run_build: builds the clone $1, with a line a module; Maven's own words go to a file.
run_build() {
  local log=$1/deploy/target/build.log start=$SECONDS
  echo "trireme: building once, some minutes with downloads, one or two without; details in $log" >&2
  # A line such as: [INFO] Building Trireme :: common :: core 0.1.0 [2/10]
  if ! mvn -B -f "$1/pom.xml" -pl deploy -am -DskipTests -Dspotless.check.skip=true package </dev/null 2>&1 | tee "$log" |
    sed -n -u 's/^.*INFO.* Building Trireme :: \(.*[^ ]\) [0-9][^ ]*  *\[\([0-9]*\/[0-9]*\)\].*/trireme: building \2 \1/p' >&2; then
    sed -n 's/^.*ERROR[^ ]* *\(.*[^ ].*\)/\1/p' "$log" | head -n 20 >&2
    fail "the build failed; see $log, or run: mvn -f $1/pom.xml -DskipTests package"
  fi
  echo "trireme: built in $((SECONDS - start)) s" >&2
}

# build_clone: builds the clone $1 if it is stale; two builds at a time take turns.
build_clone() {
  is_stale "$1" || return 0
  (
    mkdir -p "$1/deploy/target"
    exec 9>"$1/deploy/target/.build-lock"
    if command -v flock >/dev/null; then flock 9; fi
    is_stale "$1" || exit 0
    command -v mvn >/dev/null || fail "needs Maven 3.8 or newer to build, and there is no mvn on the PATH"
    if [[ -z ${JAVA_HOME:-} ]]; then
      home=$(dirname "$(dirname "$(readlink -f "$java")")")
      if [[ -x $home/bin/javac ]]; then export JAVA_HOME=$home; fi
    fi
    [[ -z ${JAVA_HOME:-} || -x $JAVA_HOME/bin/javac ]] ||
      fail "needs a JDK 17 to build, and JAVA_HOME=$JAVA_HOME holds no bin/javac"
    check_maven
    check_room "$1"
    run_build "$1" 9>&-
  ) || exit 1
}

# one_jar PATTERN: the one jar of that name in the distribution.
one_jar() {
  local found
  found=$(find "$distribution/jars" -name "$1" | head -n 1)
  [[ -n $found ]] || fail "no $1 in $distribution/jars; the distribution is incomplete, build it again"
  echo "$found"
}

# mebibytes NAME VALUE: a size such as 512m, 4g or 4gb as a number of MiB; one without a unit is of MiB, as Spark has it.
mebibytes() {
  local number unit
  if [[ $2 =~ ^([1-9][0-9]*)([mMgGtT]?)[bB]?$ ]]; then
    number=${BASH_REMATCH[1]} unit=${BASH_REMATCH[2]}
    case $unit in
      [gG]) echo $((number * 1024)) ;;
      [tT]) echo $((number * 1024 * 1024)) ;;
      *) echo "$number" ;;
    esac
    return
  fi
  fail "$1 is '$2'; expected a size such as 512m or 4g"
}

# use_own_spark: makes Spark start executors from the distribution, as Spark's own scripts would.
use_own_spark() {
  export SPARK_HOME=$distribution SPARK_SCALA_VERSION=2.12
}

# jvm_options: the options of conf/jvm.options on one line.
jvm_options() {
  grep -v '^#' "$distribution/conf/jvm.options" | tr '\n' ' '
}

log_option() {
  echo "-Dlog4j2.configurationFile=$(uri "$distribution/conf/log4j2.properties")"
}

# quiet_log: options of a JVM whose console is for Trireme's own words, and whose log is no file where none can be.
quiet_log() {
  [[ -n ${TRIREME_LOG:-} ]] || echo -Dtrireme.console=off
  if [[ -e .trireme/trireme.log ]]; then
    [[ -w .trireme/trireme.log ]] && return
  elif [[ -e .trireme ]]; then
    [[ -d .trireme && -w .trireme ]] && return
  elif [[ -w . ]]; then
    return
  fi
  echo "trireme: no log file, since $PWD/.trireme cannot be written; run it in another folder to get one" >&2
  echo -Dtrireme.log=/dev/null
}

# user_setting KEY: what the user's file of Spark's settings ($user_file, or none) says of a key; fails if nothing.
user_setting() {
  local line key value found=1
  [[ -n $user_file ]] || return 1
  while IFS= read -r line || [[ -n $line ]]; do
    [[ $line =~ ^[[:space:]]*([^#![:space:]=:][^[:space:]=:]*)[[:space:]]*[=:]?[[:space:]]*(.*)$ ]] || continue
    key=${BASH_REMATCH[1]} value=${BASH_REMATCH[2]}
    if [[ $key = "$1" ]]; then
      setting=${value%"${value##*[![:space:]]}"}
      found=0
    fi
  done <"$user_file"
  return $found
}

# join_defaults: what a job asks of Spark beside the user's own file, as options of spark-submit; sets $defaults. The
# user's settings hold; those that take several values hold both.
join_defaults() {
  local key value setting
  defaults=()
  while read -r key value; do
    [[ -n $key && $key != \#* ]] || continue
    if ! user_setting "$key"; then
      defaults+=(--conf "$key=$value")
    elif [[ $key = spark.plugins && ,$setting, != *,$value,* ]]; then
      defaults+=(--conf "$key=$setting,$value")
    elif [[ $key = spark.executor.defaultJavaOptions ]]; then
      defaults+=(--conf "$key=$value $setting")
    fi
  done <"$distribution/conf/spark-defaults.conf"
}

# use_threads: OMP_NUM_THREADS of driver and executors, which must be one number, or sums differ between them.
use_threads() {
  local setting
  if user_setting spark.executorEnv.OMP_NUM_THREADS; then
    [[ ${OMP_NUM_THREADS:-$setting} = "$setting" ]] || in_the_way "OMP_NUM_THREADS is $OMP_NUM_THREADS, and" \
      "$user_file says spark.executorEnv.OMP_NUM_THREADS $setting: expected one number; unset one of the two"
    export OMP_NUM_THREADS=$setting
  fi
  export OMP_NUM_THREADS=${OMP_NUM_THREADS:-1}
}

# check_spark_home: fails unless $SPARK_HOME is a Spark that Trireme is built for.
check_spark_home() {
  local core
  [[ -x $SPARK_HOME/bin/spark-submit ]] ||
    fail "SPARK_HOME is $SPARK_HOME, which holds no bin/spark-submit; unset it to use the Spark of the distribution"
  core=$(find "$SPARK_HOME/jars" -name 'spark-core_*.jar' 2>/dev/null | head -n 1)
  [[ $core = */spark-core_2.12-3.5.* ]] ||
    fail "SPARK_HOME holds ${core##*/}, and Trireme needs Spark 3.5 for Scala 2.12; unset it to use the Spark of the distribution"
}

# jars_beyond_spark: the jars of the distribution of which $SPARK_HOME has no version, URIs separated by commas.
jars_beyond_spark() {
  local jar name list= folder
  folder=$(uri "$distribution/jars")
  for jar in "$distribution"/jars/*.jar; do
    name=${jar##*/}
    # ND4J's own guava-1.0.0-M2.1.jar holds other packages than Spark's guava-14.0.1.jar.
    if [[ $name = guava-*-M[0-9]* ]] ||
      ! compgen -G "$SPARK_HOME/jars/${name%%-[0-9]*}-[0-9]*.jar" >/dev/null; then
      list+=${list:+,}$folder/$name
    fi
  done
  echo "$list"
}

use_utf8
find_java
if [[ -d $bin/../jars ]]; then
  distribution=$(cd -P "$bin/.." && pwd)
else
  clone=$(cd -P "$bin/../.." && pwd)
  distribution=$clone/deploy/target/trireme
  [[ ${TRIREME_NO_BUILD:-} = 1 ]] || build_clone "$clone"
  [[ -d $distribution/jars ]] || fail "there is no $distribution, and TRIREME_NO_BUILD=1 forbids to build it"
fi
