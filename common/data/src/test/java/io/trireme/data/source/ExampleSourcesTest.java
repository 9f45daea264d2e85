package io.trireme.data.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ExampleSourcesTest {

  private final ClassLoader before = Thread.currentThread().getContextClassLoader();

  @AfterEach
  void restoreClassLoader() {
    Thread.currentThread().setContextClassLoader(before);
  }

  @Test
  void areFoundFromThreadsWhoseClassLoaderSeesNone() {
    Thread.currentThread().setContextClassLoader(ClassLoader.getPlatformClassLoader());
    assertThat(ExampleSources.all())
        .extracting(ExampleSourceProvider::format)
        .contains("digits", "idx");
  }
}
