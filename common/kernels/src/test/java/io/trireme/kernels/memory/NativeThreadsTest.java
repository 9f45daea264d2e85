package io.trireme.kernels.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NativeThreadsTest {

  @Test
  void setsTheCallingThreadOnly() throws Exception {
    var first = Executors.newSingleThreadExecutor();
    var second = Executors.newSingleThreadExecutor();
    try {
      first.submit(() -> NativeThreads.use(3)).get(1, TimeUnit.MINUTES);
      assertThat(first.submit(NativeThreads::current).get(1, TimeUnit.MINUTES)).isEqualTo(3);
      // What a new thread starts with is the environment's: OMP_NUM_THREADS=1 in this build.
      assertThat(second.submit(NativeThreads::current).get(1, TimeUnit.MINUTES)).isEqualTo(1);
    } finally {
      first.submit(() -> NativeThreads.use(1)).get(1, TimeUnit.MINUTES);
      first.shutdownNow();
      second.shutdownNow();
    }
  }

  @Test
  void saysWhereTheProcessWasStartedForAnotherNumber() {
    assertThat(NativeThreads.mismatch(1)).isEmpty();
    assertThat(NativeThreads.mismatch(3).orElseThrow())
        .contains("loaded for 1 threads", "workers.threads 3", "OMP_NUM_THREADS=3");
  }
}
