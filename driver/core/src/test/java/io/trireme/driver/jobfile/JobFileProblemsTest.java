package io.trireme.driver.jobfile;

import static io.trireme.driver.jobfile.Jobs.MINIMAL;
import static io.trireme.driver.jobfile.Jobs.problems;
import static io.trireme.driver.jobfile.Jobs.problemsOf;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JobFileProblemsTest {

  @Test
  void reportsAllMistakesAtOnceInTheOrderOfTheFile() {
    assertThat(
            problems(
                """
                job: a/b
                sede: 1
                model: { zoo: lenett }
                data:
                  format: digits
                  train: { examples: many }
                  test:
                    examples: 0
                    labels: x
                bacth: { size: 10 }
                epochs: [1]
                optimizer:
                  adam:
                    learningRate: -1
                    beta3: 0.9
                workers: [2]
                epochs: 2
                """,
                "servers=none",
                "sync.mod=bsp"))
        .containsExactly(
            "job.yaml:1: key job: is \"a/b\"; expected a file name of letters, digits, dots, dashes"
                + " and underscores",
            "job.yaml:1: key batch: missing; expected { size: EXAMPLES, slots: PARTS }",
            "job.yaml:2: key sede: unknown key; nearest key \"seed\"",
            "job.yaml:3: key model.zoo: is \"lenett\"; nearest model \"lenet\"",
            "job.yaml:6: key data.train.examples: is \"many\"; expected a whole number from 1 to"
                + " 2147483647",
            "job.yaml:8: key data.test.examples: is \"0\"; expected a whole number from 1 to"
                + " 2147483647",
            "job.yaml:9: key data.test.labels: has no effect with format digits; remove it",
            "job.yaml:10: key bacth: unknown key; nearest key \"batch\"",
            "job.yaml:11: key epochs: is a list; expected a whole number from 1 to 2147483647",
            "job.yaml:14: key optimizer.adam.learningRate: is \"-1\"; expected a number above 0",
            "job.yaml:15: key optimizer.adam.beta3: unknown key; nearest key \"optimizer.adam.beta1\"",
            "job.yaml:16: key workers: is a list; expected a whole number from 1 to 65535, or { min: N,"
                + " max: N, threads: N }",
            "job.yaml:17: key epochs: is given twice, first in line 11; remove one",
            "--set servers: is \"none\"; expected a whole number from 1 to 1024, or { count: N }",
            "--set sync.mod: unknown key; nearest key \"sync.mode\"");
  }

  @Test
  void namesTheParentOfAKeyThatStandsAtAnotherPlace() {
    assertThat(Jobs.problemsOf("slots=2", "optimizer.learningRate=1", "sync.termLength=1MiB"))
        .containsExactlyInAnyOrder(
            "--set slots: unknown key; nearest key \"batch.slots\"",
            "--set optimizer.learningRate: unknown key; nearest key"
                + " \"optimizer.sgd.learningRate\"",
            "--set sync.termLength: unknown key; nearest key \"transport.termLength\"");
  }

  @Test
  void listsTheKnownKeysWhereNoneIsNear() {
    assertThat(problemsOf("batch.zzzzzz=1"))
        .containsExactly("--set batch.zzzzzz: unknown key; expected one of size, slots");
  }

  @Test
  void namesEveryMissingKey() {
    assertThat(problems("seed: 1"))
        .containsExactly(
            "job.yaml:1: key job: missing; expected a file name of letters, digits, dots, dashes and"
                + " underscores",
            "job.yaml:1: key model: missing; expected { zoo: NAME } or { dl4j: PATH }",
            "job.yaml:1: key data: missing; expected format, train and test",
            "job.yaml:1: key batch: missing; expected { size: EXAMPLES, slots: PARTS }");
    assertThat(problems(MINIMAL, "data.train.examples=", "batch={}", "optimizer="))
        .containsExactly(
            "--set data.train.examples: missing; expected a whole number from 1 to 2147483647",
            "--set batch: key batch.size: missing; expected a whole number from 1 to 2147483647",
            "--set batch: key batch.slots: missing; expected a whole number from 1 to 65535",
            "--set optimizer: missing; expected an updater such as { adam: {} }");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "# only a comment\n", "---\n", "null"})
  void refusesAnEmptyFile(String text) {
    assertThat(problems(text))
        .containsExactly("job.yaml:1: is empty; expected a job file such as conf/quickstart.yaml");
  }

  @Test
  void refusesAFileThatIsNoMapping() {
    assertThat(problems("- a\n- b\n"))
        .containsExactly("job.yaml:1: is a list; expected keys such as job: and model:");
    assertThat(problems("hello"))
        .containsExactly("job.yaml:1: is \"hello\"; expected keys such as job: and model:");
  }

  @Test
  void placesAYamlErrorByLineAndColumn() {
    assertThat(problems("job: a\nmodel: { zoo: mlp\ndata: x\n"))
        .singleElement()
        .asString()
        .startsWith("job.yaml:3: is not YAML: expected ',' or '}'")
        .endsWith(" at column 5");
    assertThat(problems("job: a\n\tmodel: b\n"))
        .singleElement()
        .asString()
        .startsWith("job.yaml:2: is not YAML: found character '\\t");
    assertThat(problems("job: a\n---\njob: b\n"))
        .singleElement()
        .asString()
        .startsWith("job.yaml:2: is not YAML: but found another document");
    assertThat(problems("job: \u0007\n")).singleElement().asString().contains("is not YAML: ");
  }

  @Test
  void hintsAtQuotesAroundSubstitutionsInBraces() {
    assertThat(problems("output: { dir: ${HOME}/runs }\n"))
        .singleElement()
        .asString()
        .startsWith("job.yaml:1: is not YAML: ")
        .endsWith("inside { } a value with ${...} needs quotes: \"${NAME:-default}\"");
  }

  @Test
  void refusesAliasesWhichCouldExplode() {
    assertThat(
            problems(
                MINIMAL.replace("train: { examples: 100 }", "train: &t { examples: 100 }"),
                "epochs=1"))
        .isEmpty();
    assertThat(
            problems(
                MINIMAL
                    .replace("train: {", "train: &t {")
                    .replace("test: { examples: 10 }", "test: *t")))
        .containsExactly(
            "job.yaml:6: key data.test: is an alias (*name); write the value out instead");
    assertThat(problems("job: &j [*j]\n")).isNotEmpty();
  }

  @Test
  void namesTheVariableThatIsNotSet() {
    String text = MINIMAL + "output: { dir: \"${NOWHERE}/x\" }\nseed: ${1x}\nservers: ${OPEN\n";
    assertThat(problems(text, Map.of("OTHER", "x")))
        .containsExactly(
            "job.yaml:9: key output.dir: environment variable NOWHERE is not set; set it, or write"
                + " ${NOWHERE:-default}",
            "job.yaml:10: key seed: ${1x} is malformed; expected ${NAME} or ${NAME:-default}",
            "job.yaml:11: key servers: \"${OPEN\" has a ${ without its }; expected ${NAME} or"
                + " ${NAME:-default}");
  }

  @Test
  void asksForNoVariableOfAValueThatIsOverridden() {
    assertThat(problems(MINIMAL + "output: { dir: \"${NOWHERE}\" }\n", "output.dir=x")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "epochs|--set epochs: \"epochs\" is malformed; expected key.key=value",
        "=3|--set : \"=3\" is malformed; expected key.key=value",
        "a..b=3|--set a..b: \"a..b=3\" is malformed; expected key.key=value",
        "job.name=x|--set job.name: key job is \"tiny\", which has no keys of its own",
        "epochs={a|--set epochs: is not YAML: expected ',' or '}', but got <stream end> at column 3",
        "batch=[1, 2]|--set batch: is a list; expected a mapping of keys",
        "optimizer={adm: {}}|--set optimizer: names no updater; expected exactly one of sgd,"
            + " nesterovs, adam, adamax, amsgrad, nadam, adabelief, rmsprop, adagrad, adadelta, noop",
      })
  void namesTheOverrideThatIsWrong(String set, String problem) {
    assertThat(problemsOf(set)).contains(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "seed=1.5|--set seed: is \"1.5\"; expected a whole number of 64 bits",
        "seed=9223372036854775808|--set seed: is \"9223372036854775808\"; expected a whole number of"
            + " 64 bits",
        "epochs=1.0|--set epochs: is \"1.0\"; expected a whole number from 1 to 2147483647",
        "epochs=99999999999|--set epochs: is \"99999999999\"; expected a whole number from 1 to"
            + " 2147483647",
        "job=..|--set job: is \"..\"; expected a file name of letters, digits, dots, dashes and"
            + " underscores",
        "data.format=idxx|--set data.format: is \"idxx\"; nearest format \"idx\"",
        "data.shards=' '|--set data.shards: is \" \"; expected a path or a URI",
        "sync.mode=bps|--set sync.mode: is \"bps\"; nearest mode \"bsp\"",
        "batch.slots=11|--set batch.slots: is 11 with 10 examples in a step; expected at most 10",
        "batch.slots=70000|--set batch.slots: is \"70000\"; expected a whole number from 1 to 65535",
        "workers.min=3|job.yaml:7: key batch.slots: is 2 with 3 workers: workers without a slot"
            + " would idle; expected at least 3",
        "workers={min: 2, max: 1}|--set workers: key workers.max: is 1 and min is 2; expected max to"
            + " be at least min",
        "workers.threads=0|--set workers.threads: is \"0\"; expected a whole number from 1 to 1024",
        "transport.termLength=3MiB|--set transport.termLength: is 3145728 bytes; expected a power of"
            + " two, such as 2097152",
        "transport.termLength=64KiB|--set transport.termLength: is \"64KiB\"; expected a length from"
            + " 512KiB to 1024MiB",
        "transport.termLength=2MB|--set transport.termLength: is \"2MB\"; expected a length from"
            + " 512KiB to 1024MiB",
        "transport.mtu=1500|--set transport.mtu: is 1500 bytes; expected a multiple of 32, such as"
            + " 1472",
        "transport.ports=40000|--set transport.ports: is \"40000\"; expected a range FROM-TO of"
            + " ports, 1 to 65535",
        "transport.ports=5-4|--set transport.ports: is \"5-4\"; expected a range FROM-TO of ports, 1"
            + " to 65535",
        "transport.timeoutSeconds=0|--set transport.timeoutSeconds: is \"0\"; expected a whole number"
            + " from 1 to 3600",
        "transport.encrypt=false|--set transport.encrypt: is false, and messages are always encrypted:"
            + " on Java 17 AES-GCM that only authenticates costs more time than AES-GCM that encrypts,"
            + " too; expected true, or no such key",
        "transport.encrypt=maybe|--set transport.encrypt: is \"maybe\"; expected true or false",
        "model.dl4j=net.json|--set model.dl4j: is given beside zoo; expected exactly one of the two",
        "model={}|--set model: names no model; expected zoo or dl4j",
        "model={dl4j: net.json}|job.yaml:8: key optimizer: has no effect beside model.dl4j, whose"
            + " configuration has its own updaters; remove it",
      })
  void refusesAValueThatCannotBeHonoured(String set, String problem) {
    assertThat(problemsOf(set)).containsExactly(problem);
  }

  @Test
  void judgesNoKeysOfASourceWhoseFormatIsUnknown() {
    assertThat(problems(MINIMAL.replace("format: digits", "format: digit")))
        .containsExactly("job.yaml:4: key data.format: is \"digit\"; nearest format \"digits\"");
  }
}
