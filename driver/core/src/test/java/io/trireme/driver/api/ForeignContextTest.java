package io.trireme.driver.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.fixture.LocalSpark;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.plugin.DriverPlugin;
import org.apache.spark.api.plugin.ExecutorPlugin;
import org.apache.spark.api.plugin.SparkPlugin;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Contexts in which Trireme cannot train: all that is in the way is told, each with its fix. */
@Timeout(600)
@ExtendWith(LocalSpark.Stopped.class)
class ForeignContextTest {

  @TempDir Path folder;

  /** A plugin of another library. */
  public static final class OtherPlugin implements SparkPlugin {
    /** Made by Spark. */
    public OtherPlugin() {}

    @Override
    public DriverPlugin driverPlugin() {
      return new DriverPlugin() {};
    }

    @Override
    public @Nullable ExecutorPlugin executorPlugin() {
      return null;
    }
  }

  private PreflightException refusal(Map<String, String> settings) {
    SparkConf conf =
        new SparkConf()
            .setMaster("local[1]")
            .setAppName("foreign")
            .set("spark.ui.enabled", "false");
    settings.forEach(conf::set);
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      JobBuilder job =
          JobBuilder.named("refused")
              .set("model.zoo", "mlp")
              .set("data.format", "digits")
              .set("data.train.examples", 100)
              .set("data.test.examples", 10)
              .set("batch.size", 10)
              .set("batch.slots", 2)
              .set("optimizer.sgd.learningRate", 0.1)
              .workers(2)
              .set("output.dir", folder.toString());
      return catchThrowableOfType(
          PreflightException.class, () -> Trireme.on(spark).job(job).train());
    }
  }

  @Test
  void tellsEverySettingThatIsInTheWay() {
    PreflightException refused =
        refusal(Map.of("spark.speculation", "true", "spark.dynamicAllocation.enabled", "true"));
    assertThat(refused.findings())
        .extracting(Finding::what)
        .containsExactly("spark.speculation", "spark.dynamicAllocation.enabled", "task slots");
    assertThat(refused.findings()).allSatisfy(one -> assertThat(one.fix()).isNotEmpty());
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void saysThatThePluginCannotJoinOthersLate() {
    PreflightException refused = refusal(Map.of("spark.plugins", OtherPlugin.class.getName()));
    assertThat(refused.findings())
        .first()
        .satisfies(
            finding -> {
              assertThat(finding.what()).isEqualTo("Spark plugin");
              assertThat(finding.seen()).contains(OtherPlugin.class.getName());
              assertThat(finding.fix())
                  .contains("io.trireme.driver.spark.TriremePlugin", "spark.plugins");
            });
  }
}
