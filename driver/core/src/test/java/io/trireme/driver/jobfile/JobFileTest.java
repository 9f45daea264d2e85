package io.trireme.driver.jobfile;

import static io.trireme.driver.jobfile.Jobs.MINIMAL;
import static io.trireme.driver.jobfile.Jobs.load;
import static io.trireme.driver.jobfile.Jobs.minimal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.config.BatchConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.config.DataConfig;
import io.trireme.common.config.EngineConfig;
import io.trireme.common.config.JobConfig;
import io.trireme.common.config.ModelConfig;
import io.trireme.common.config.NonFiniteConfig;
import io.trireme.common.config.OutputConfig;
import io.trireme.common.config.ServersConfig;
import io.trireme.common.config.SyncConfig;
import io.trireme.common.config.TransportConfig;
import io.trireme.common.config.WorkersConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobFileTest {

  @Test
  void fillsInTheDefaults() {
    JobConfig job = minimal();
    assertThat(job.job()).isEqualTo("tiny");
    assertThat(job.seed()).isEqualTo(42);
    assertThat(job.model()).isEqualTo(new ModelConfig("mlp", null));
    assertThat(job.data())
        .isEqualTo(new DataConfig("digits", Map.of("examples", 100), Map.of("examples", 10), null));
    assertThat(job.batch()).isEqualTo(new BatchConfig(10, 2));
    assertThat(job.epochs()).isEqualTo(1);
    assertThat(job.sync()).isEqualTo(SyncConfig.bsp());
    assertThat(job.workers()).isEqualTo(new WorkersConfig(1, 1, 1));
    assertThat(job.servers()).isEqualTo(new ServersConfig(1, 0));
    assertThat(job.checkpoint()).isNull();
    assertThat(job.transport()).isEqualTo(new TransportConfig(null, 1408, null, 30));
    assertThat(job.output()).isEqualTo(new OutputConfig("runs"));
  }

  @Test
  void readsAllThatIsWritten() {
    JobConfig job =
        load(
            """
            job: all.of-it_1
            seed: -9223372036854775808
            model: { dl4j: "s3a://models/net.json" }
            data:
              format: idx
              train: { images: a, labels: b }
              test: { images: c, labels: d }
              shards: hdfs://name/shards
            batch: { size: 1024, slots: 8 }
            epochs: 3
            sync: { mode: bsp }
            workers: { min: 4, max: 4, threads: 2 }
            servers: 3
            transport: { termLength: 4MiB, mtu: 8KiB, ports: 40000-40100, timeoutSeconds: 5 }
            output: { dir: /somewhere }
            """);
    assertThat(job)
        .isEqualTo(
            new JobConfig(
                "all.of-it_1",
                Long.MIN_VALUE,
                new ModelConfig(null, "s3a://models/net.json"),
                EngineConfig.CPU,
                new DataConfig(
                    "idx",
                    Map.of("images", "a", "labels", "b"),
                    Map.of("images", "c", "labels", "d"),
                    "hdfs://name/shards"),
                new BatchConfig(1024, 8),
                3,
                null,
                SyncConfig.bsp(),
                CompressionConfig.NONE,
                NonFiniteConfig.FAIL,
                new WorkersConfig(4, 4, 2),
                new ServersConfig(3, 0),
                null,
                new TransportConfig(4 << 20, 8192, "40000-40100", 5),
                new OutputConfig("/somewhere")));
  }

  @Test
  void namesAnEngineAndItsMath() {
    assertThat(minimal("engine=cuda", "math=tf32").engine())
        .isEqualTo(new EngineConfig("cuda", "tf32"));
    assertThat(minimal("engine=cuda").engine()).isEqualTo(new EngineConfig("cuda", "exact"));
    assertThat(Jobs.problems(MINIMAL, "math=bf16"))
        .singleElement()
        .asString()
        .contains("math: is bf16 with engine cpu, which computes exactly");
    assertThat(Jobs.problems(MINIMAL, "engine=gpu")).singleElement().asString().contains("engine");
  }

  @Test
  void letsMinAndMaxOfWorkersFollowEachOther() {
    assertThat(minimal("workers.min=2").workers()).isEqualTo(new WorkersConfig(2, 2, 1));
    assertThat(minimal("workers.max=2").workers()).isEqualTo(new WorkersConfig(2, 2, 1));
  }

  @Test
  void overridesAnyKey() {
    JobConfig job =
        minimal(
            "epochs=7",
            "epochs=8",
            "data.train.examples=50",
            "output.dir=/elsewhere",
            "optimizer={adam: {beta1: 0.8}}",
            "seed=");
    assertThat(job.epochs()).isEqualTo(8);
    assertThat(job.data().train()).isEqualTo(Map.of("examples", 50));
    assertThat(job.output().dir()).isEqualTo("/elsewhere");
    assertThat(job.optimizer()).isNotNull();
    assertThat(job.optimizer().updater()).isEqualTo("adam");
    assertThat(job.optimizer().parameters()).isEqualTo(Map.of("beta1", 0.8));
    assertThat(job.seed()).isEqualTo(42);
  }

  @Test
  void takesAKeyAwayByAnEmptyOverride() {
    assertThat(minimal("model={dl4j: net.json}", "optimizer=").optimizer()).isNull();
  }

  @Test
  void substitutesTheEnvironmentInFileAndOverrides() {
    String text = MINIMAL + "output: { dir: \"${ROOT:-/tmp}/${NAME}\" }\nepochs: ${EPOCHS}\n";
    Map<String, String> env = Map.of("NAME", "n", "EPOCHS", "4", "EMPTY", "");
    JobConfig job =
        JobFile.parse("job.yaml", text, List.of("seed=${SEED:-7}", "servers=${EMPTY:-2}"), env);
    assertThat(job.output().dir()).isEqualTo("/tmp/n");
    assertThat(job.epochs()).isEqualTo(4);
    assertThat(job.seed()).isEqualTo(7);
    assertThat(job.servers()).isEqualTo(ServersConfig.of(2));
  }

  @Test
  void saysWhichVariablesLeftTheirDefaults(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("tiny.yaml");
    Files.writeString(file, MINIMAL + "output: { dir: \"${ROOT:-/tmp/${USER:-me}}/${NAME}\" }\n");
    Map<String, String> env = Map.of("NAME", "n", "EMPTY", "", "SET", "2");
    JobFile.Loaded loaded =
        JobFile.loadWithOrigins(file, List.of("seed=${EMPTY:-1}", "epochs=${SET:-1}"), env);
    assertThat(loaded.config().output().dir()).isEqualTo("/tmp/me/n");
    assertThat(loaded.unsetVariables())
        .isEqualTo(Map.of("output.dir", List.of("ROOT", "USER"), "seed", List.of("EMPTY")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"${A:-${B:-in}ner}", "inner", "${B}${A:-inner}"})
  void substitutesDefaultsInsideDefaults(String value) {
    JobConfig job =
        JobFile.parse("job.yaml", MINIMAL, List.of("output.dir=" + value), Map.of("B", ""));
    assertThat(job.output().dir()).isEqualTo("inner");
  }

  @Test
  void takesAnEmptySubstitutionForAnAbsentKey() {
    JobConfig job =
        JobFile.parse("job.yaml", MINIMAL, List.of("transport.ports=${PORTS:-}"), Map.of());
    assertThat(job.transport().ports()).isNull();
  }

  @Test
  void leavesADollarAlone() {
    assertThat(minimal("output.dir=a$b").output().dir()).isEqualTo("a$b");
  }

  @Test
  void readsAFile(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("tiny.yaml");
    Files.writeString(file, MINIMAL);
    assertThat(JobFile.load(file, List.of(), Map.of())).isEqualTo(minimal());
  }

  @Test
  void saysWhichFileCannotBeRead(@TempDir Path dir) throws IOException {
    Path missing = dir.resolve("missing.yaml");
    assertThatThrownBy(() -> JobFile.load(missing, List.of(), Map.of()))
        .isInstanceOf(BadJobFile.class)
        .hasMessage(missing + ": no such file; expected a job file");
    assertThatThrownBy(() -> JobFile.load(dir, List.of(), Map.of()))
        .isInstanceOf(BadJobFile.class)
        .hasMessageStartingWith(dir + ": cannot be read: ");
    Path binary = dir.resolve("binary.yaml");
    Files.write(binary, new byte[] {(byte) 0xff, (byte) 0xfe, 0});
    assertThatThrownBy(() -> JobFile.load(binary, List.of(), Map.of()))
        .isInstanceOf(BadJobFile.class)
        .hasMessage(binary + ": is not UTF-8 text; expected a job file");
  }
}
