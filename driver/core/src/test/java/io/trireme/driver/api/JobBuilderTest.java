package io.trireme.driver.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.trireme.common.config.JobConfig;
import io.trireme.driver.jobfile.BadJobFile;
import io.trireme.driver.jobfile.JobFile;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class JobBuilderTest {

  private static JobBuilder job() {
    return JobBuilder.named("built")
        .set("model.zoo", "mlp")
        .set("data", Map.of("format", "digits", "train", Map.of("examples", 100)))
        .set("data.test.examples", 10)
        .set("batch.size", 32)
        .set("batch.slots", 4)
        .set("optimizer.adam.learningRate", 1e-4)
        .workers(2);
  }

  @Test
  void saysWhatAJobFileSays() {
    JobConfig read =
        JobFile.parse(
            "job.yaml",
            """
            job: built
            model: { zoo: mlp }
            data: { format: digits, train: { examples: 100 }, test: { examples: 10 } }
            batch: { size: 32, slots: 4 }
            optimizer: { adam: { learningRate: 0.0001 } }
            workers: { min: 2, max: 2 }
            """,
            List.of(),
            Map.of());
    assertThat(job().build()).isEqualTo(read);
    assertThat(job().set("epochs", 7).build().epochs()).isEqualTo(7);
  }

  @Test
  void tellsAllMistakesTogether() {
    assertThatThrownBy(() -> job().set("epochs", "none").set("sede", 1).build())
        .isInstanceOf(BadJobFile.class)
        .hasMessageContaining("epochs")
        .hasMessageContaining("sede")
        .hasMessageContaining("nearest key \"seed\"");
  }
}
