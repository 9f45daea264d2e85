package io.trireme.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URL;
import java.net.URLClassLoader;
import org.junit.jupiter.api.Test;

class ProvidersTest {

  @Test
  void familiesAreFoundByNameAndByDescription() {
    assertThat(ModelFamily.named("dl4j").name()).isEqualTo("dl4j");
    assertThat(ModelFamily.of("{ \"confs\": [] }").name()).isEqualTo("dl4j");
    assertThat(EngineProvider.of("dl4j", EngineProvider.CPU).name()).isEqualTo("cpu");
  }

  @Test
  void whatIsUnknownIsSaidWithWhatThereIs() {
    assertThatThrownBy(() -> ModelFamily.named("keras"))
        .isInstanceOf(BadModelException.class)
        .hasMessage("model: no model family named keras; there are [dl4j]");
    assertThatThrownBy(() -> ModelFamily.of("weights"))
        .isInstanceOf(BadModelException.class)
        .hasMessage("model: no model family knows the model's description; there are [dl4j]");
    assertThatThrownBy(() -> EngineProvider.of("dl4j", "abacus"))
        .isInstanceOf(BadModelException.class)
        .hasMessageStartingWith("engine: no abacus for models of the family dl4j; there are [cpu");
  }

  /** As on a thread of a pool that was made with another application's loader. */
  @Test
  void aThreadThatSeesNoProvidersFindsTheirs() throws Exception {
    ClassLoader before = Thread.currentThread().getContextClassLoader();
    try (URLClassLoader blind = new URLClassLoader(new URL[0], null)) {
      Thread.currentThread().setContextClassLoader(blind);
      assertThat(ModelFamily.named("dl4j").name()).isEqualTo("dl4j");
    } finally {
      Thread.currentThread().setContextClassLoader(before);
    }
  }
}
