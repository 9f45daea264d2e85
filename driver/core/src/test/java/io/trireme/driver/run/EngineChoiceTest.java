package io.trireme.driver.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.jobfile.JobFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code engine: auto} comes to. */
class EngineChoiceTest {
  private static final String JOB =
      """
      job: tiny
      model: { zoo: mlp }
      data: { format: digits, train: { examples: 100 } }
      batch: { size: 10, slots: 2 }
      optimizer: { sgd: { learningRate: 0.5 } }
      """;

  @TempDir Path folder;

  private JobConfig job(String... sets) throws Exception {
    Path file = Files.writeString(folder.resolve("job.yaml"), JOB);
    return JobFile.load(file, List.of(sets), Map.of());
  }

  private static SparkConf conf(String master, @Nullable String gpus) {
    SparkConf conf = new SparkConf(false).set("spark.master", master);
    return gpus == null ? conf : conf.set("spark.task.resource.gpu.amount", gpus);
  }

  @ParameterizedTest
  @CsvSource({
    "spark://host:7077, 1, cuda",
    "'local-cluster[2,1,1024]', 1, cuda",
    "yarn, 0.5, cuda",
    "yarn, 0, cpu",
    "k8s://host, , cpu",
    "'local[2]', 1, cpu",
    "local, 1, cpu"
  })
  void followsWhatSparkGives(String master, String gpus, String expected) throws Exception {
    List<String> said = new ArrayList<>();
    JobConfig job = job("engine=auto");
    JobConfig decided = EngineChoice.decide(job, conf(master, gpus), said::add);
    assertThat(decided.engine().name()).isEqualTo(expected);
    assertThat(decided).isEqualTo(job.with(decided.engine()));
    assertThat(said).singleElement().asString().contains("auto came to " + expected);
  }

  @Test
  void namedEngineStays() throws Exception {
    JobConfig job = job("engine=cpu");
    assertThat(EngineChoice.decide(job, conf("yarn", "1"), line -> {})).isSameAs(job);
  }

  @Test
  void mathThatTheProcessorLacksIsRefused() throws Exception {
    JobConfig job = job("engine=auto", "math=bf16");
    assertThat(EngineChoice.decide(job, conf("yarn", "1"), line -> {}).engine().math())
        .isEqualTo("bf16");
    SparkConf without = conf("yarn", null);
    assertThatThrownBy(() -> EngineChoice.decide(job, without, line -> {}))
        .isInstanceOf(PreflightException.class)
        .hasMessageContaining("is bf16, and engine: auto came to cpu")
        .hasMessageContaining("spark.task.resource.gpu.amount=1");
  }
}
