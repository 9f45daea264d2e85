package io.trireme.driver.jobfile;

import static io.trireme.driver.jobfile.Jobs.planned;
import static io.trireme.driver.jobfile.Jobs.plannedProblemsOf;
import static io.trireme.driver.jobfile.Jobs.problemsOf;
import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.config.CheckpointConfig;
import io.trireme.common.config.OptimizerConfig.ScheduleConfig;
import io.trireme.common.config.OuterConfig;
import io.trireme.common.config.ServersConfig;
import io.trireme.common.config.SyncConfig;
import io.trireme.common.config.SyncMode;
import io.trireme.common.config.WorkersConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The keys {@code sync}, {@code workers}, {@code servers} and {@code checkpoint}. */
class ClusterKeysTest {

  @Test
  void aNumberOfWorkersIsEnough() {
    assertThat(planned("workers=3", "batch.slots=3").workers())
        .isEqualTo(new WorkersConfig(3, 3, 1));
    assertThat(problemsOf("workers=two"))
        .singleElement()
        .asString()
        .contains(
            "--set workers: is \"two\"; expected a whole number from 1 to 65535, or { min: N,");
    assertThat(problemsOf("workers=3", "batch.slots=2"))
        .singleElement()
        .asString()
        .contains("2 with 3 workers");
  }

  @Test
  void noJobTakesTheFolderOfPreparedData() {
    assertThat(problemsOf("job=data"))
        .singleElement()
        .asString()
        .contains("the folder of prepared data");
    assertThat(problemsOf("job=data", "data.shards=elsewhere")).isEmpty();
  }

  @Test
  void fillsInTheDefaultsOfEachMode() {
    assertThat(planned().sync()).isEqualTo(new SyncConfig(SyncMode.BSP, 0, 1, null, 600));
    assertThat(planned("sync.mode=ssp").sync())
        .isEqualTo(new SyncConfig(SyncMode.SSP, 3, 1, null, 600));
    assertThat(planned("sync.mode=async").sync())
        .isEqualTo(new SyncConfig(SyncMode.ASYNC, 0, 1, null, 600));
    OuterConfig averaging = new OuterConfig("sgd", Map.of(), ScheduleConfig.fixed(1.0));
    assertThat(planned("sync.mode=local").sync())
        .isEqualTo(new SyncConfig(SyncMode.LOCAL, 0, 8, averaging, 600));
    assertThat(planned("sync={mode: local, outer: {sgd: }}").sync().outer()).isEqualTo(averaging);
    assertThat(planned("sync={mode: local, outer: {nesterovs: }}").sync().outer())
        .isEqualTo(
            new OuterConfig("nesterovs", Map.of("momentum", 0.9), ScheduleConfig.fixed(0.7)));
  }

  @Test
  void readsEveryKeyOfSync() {
    assertThat(planned("sync={mode: ssp, staleness: 0, updates: mean}").sync().staleness())
        .isZero();
    SyncConfig sync =
        planned(
                "sync={mode: local, localSteps: 20, stepTimeoutSeconds: 60, outer: {nesterovs:"
                    + " {momentum: 0.5, learningRate: {exponential: {initialValue: 1, gamma:"
                    + " 0.9}}}}}")
            .sync();
    assertThat(sync)
        .isEqualTo(
            new SyncConfig(
                SyncMode.LOCAL,
                0,
                20,
                new OuterConfig(
                    "nesterovs",
                    Map.of("momentum", 0.5),
                    new ScheduleConfig(
                        "exponential",
                        false,
                        Map.of("initialValue", 1.0, "gamma", 0.9),
                        Map.of(),
                        0)),
                60));
  }

  @Test
  void readsServersAsANumberOrAsKeys() {
    assertThat(planned("servers=3").servers()).isEqualTo(new ServersConfig(3, 0));
    assertThat(planned("servers={count: 3}").servers()).isEqualTo(new ServersConfig(3, 0));
    assertThat(planned("servers={count: 2, replicas: 1}").servers())
        .isEqualTo(new ServersConfig(2, 1));
    assertThat(planned("servers={}").servers()).isEqualTo(new ServersConfig(1, 0));
  }

  @Test
  void letsWorkersComeAndGo() {
    assertThat(planned("workers={min: 1, max: 2}").workers()).isEqualTo(new WorkersConfig(1, 2, 1));
  }

  @Test
  void readsCheckpoints() {
    assertThat(planned().checkpoint()).isNull();
    assertThat(planned("checkpoint=").checkpoint()).isNull();
    assertThat(planned("checkpoint.everySteps=10").checkpoint())
        .isEqualTo(new CheckpointConfig(10, null, 2, null, true));
    assertThat(
            planned("checkpoint={everySeconds: 60, keep: 5, dir: s3a://b/c, onSigterm: false}")
                .checkpoint())
        .isEqualTo(new CheckpointConfig(null, 60, 5, "s3a://b/c", false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "sync.mode=bps|--set sync.mode: is \"bps\"; nearest mode \"bsp\"",
        "sync.staleness=1|--set sync.staleness: has no effect with mode bsp; remove it, or set mode"
            + " to ssp",
        "sync={mode: ssp, localSteps: 2}|--set sync: key sync.localSteps: has no effect with mode"
            + " ssp; remove it, or set mode to local",
        "sync={mode: async, outer: {sgd: {}}}|--set sync: key sync.outer: has no effect with mode"
            + " async; remove it, or set mode to local",
        "sync={mode: ssp, staleness: -1}|--set sync: key sync.staleness: is \"-1\"; expected a whole"
            + " number from 0 to 1000",
        "sync={mode: local, localSteps: 0}|--set sync: key sync.localSteps: is \"0\"; expected a"
            + " whole number from 1 to 100000",
        "sync.updates=sum|--set sync.updates: is \"sum\"; a sum would make the step size grow with"
            + " the number of workers; expected mean",
        "sync.updates=median|--set sync.updates: is \"median\"; expected mean",
        "sync.stepTimeoutSeconds=0|--set sync.stepTimeoutSeconds: is \"0\"; expected a whole number"
            + " from 1 to 86400",
        "sync={mode: local, outer: sgd}|--set sync: key sync.outer: is \"sgd\"; expected a mapping of"
            + " keys",
        "sync={mode: local, outer: {adam: {}}}|--set sync: key sync.outer: names no updater; expected"
            + " exactly one of sgd, nesterovs",
        "sync={mode: local, outer: {sgd: {}, nesterovs: {}}}|--set sync: key sync.outer.nesterovs: is"
            + " a second updater beside sgd; expected exactly one (on the command line, replace the"
            + " whole: --set \"sync.outer={nesterovs: {}}\")",
        "sync={mode: local, outer: {sgd: {momentum: 0.9}}}|--set sync: key sync.outer.sgd.momentum:"
            + " unknown key; expected one of learningRate",
        "servers=none|--set servers: is \"none\"; expected a whole number from 1 to 1024, or { count:"
            + " N }",
        "servers=[2]|--set servers: is a list; expected a whole number from 1 to 1024, or { count: N"
            + " }",
        "servers={count: 2, replicas: 2}|--set servers: key servers.replicas: is \"2\"; expected a"
            + " whole number from 0 to 1",
        "servers={replicas: 1}|--set servers: key servers.replicas: is 1 with 1 server: a backup"
            + " needs another server; expected a count of at least 2, or replicas: 0",
        "checkpoint={}|--set checkpoint: says not how often; expected everySteps or everySeconds",
        "checkpoint=10|--set checkpoint: is \"10\"; expected a mapping of keys",
        "checkpoint={everySteps: 1, everySeconds: 1}|--set checkpoint: key checkpoint.everySeconds:"
            + " is given beside everySteps; expected exactly one of the two",
        "checkpoint={everySteps: 0}|--set checkpoint: key checkpoint.everySteps: is \"0\"; expected a"
            + " whole number from 1 to 2147483647",
        "checkpoint={everySteps: 1, keep: 0}|--set checkpoint: key checkpoint.keep: is \"0\";"
            + " expected a whole number from 1 to 1000000",
        "checkpoint={everySteps: 1, onSigterm: yes}|--set checkpoint: key checkpoint.onSigterm: is"
            + " \"yes\"; expected true or false",
      })
  void refusesAValueThatMakesNoSense(String set, String problem) {
    assertThat(plannedProblemsOf(set))
        .filteredOn(found -> !found.contains("key sync.outer.adam: unknown key"))
        .containsExactly(problem);
  }

  @Test
  void refusesARoundThatCannotBeCounted() {
    assertThat(plannedProblemsOf("sync={mode: local, localSteps: 3}", "batch.size=1000000000"))
        .containsExactly(
            "--set sync: key sync.localSteps: is 3 with batch.size 1000000000: a round would have"
                + " 3000000000 examples; expected at most 2147483647");
  }

  @Test
  void refusesWhatDoesNotWorkTogether() {
    assertThat(problemsOf("sync.mode=async", "servers={count: 2, replicas: 1}"))
        .singleElement()
        .asString()
        .contains("servers.replicas", "sync.mode async", "not built yet; expected 0");
    assertThat(problemsOf("sync.mode=ssp", "checkpoint.everySteps=10"))
        .singleElement()
        .asString()
        .contains("checkpoint", "sync.mode ssp", "not built yet");
  }
}
