package io.trireme.common.config;

import static io.trireme.common.config.Jobs.minimal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobJsonTest {

  private static final String SCHEDULED =
      "optimizer={adam: {beta2: 0.99, beta1: 0.1, learningRate: {map: {values: {10: 0.3, 0:"
          + " 0.1}}, per: epoch, warmupSteps: 3}}, normalization: ClipL2PerLayer, l1: 1e-7}";

  @ParameterizedTest
  @ValueSource(strings = {"seed=-1", SCHEDULED, "optimizer={adadelta: }", "transport.ports=1-2"})
  void comesBackEqual(String set) {
    JobConfig job = minimal(set);
    assertThat(JobJson.read(JobJson.write(job))).isEqualTo(job);
  }

  @Test
  void comesBackEqualWithoutOptimizer() {
    JobConfig job = minimal("model={dl4j: x}", "optimizer=");
    assertThat(JobJson.read(JobJson.write(job))).isEqualTo(job);
  }

  @Test
  void sortsKeysSoThatEqualJobsGiveEqualText() {
    assertThat(JobJson.write(minimal(SCHEDULED)))
        .startsWith("{\"batch\":{\"size\":10,\"slots\":2},\"data\":")
        .contains("\"parameters\":{\"beta1\":0.1,\"beta2\":0.99}")
        .contains("\"values\":{\"0\":0.1,\"10\":0.3}");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{}", "null", "[]", "{\"jobs\":\"a\"}"})
  void refusesOtherText(String json) {
    assertThatThrownBy(() -> JobJson.read(json))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith("not a job written by this version of Trireme: ");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "job=other",
        "epochs=9",
        "workers.min=2",
        "servers=3",
        "output.dir=x",
        "data.shards=x",
        "data.test.examples=5",
        "transport.mtu=8192"
      })
  void fingerprintIgnoresWhatDoesNotChangeTheParameters(String set) {
    assertThat(JobFingerprint.of(minimal(set))).isEqualTo(JobFingerprint.of(minimal()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "seed=1",
        "model.zoo=lenet",
        "batch.size=11",
        "batch.slots=1",
        "workers.threads=2",
        "data.train.examples=5",
        "optimizer={adam: }",
        "optimizer.l2=1"
      })
  void fingerprintTellsWhatChangesTheParameters(String set) {
    assertThat(JobFingerprint.of(minimal(set)))
        .hasSize(64)
        .isNotEqualTo(JobFingerprint.of(minimal()));
  }
}
