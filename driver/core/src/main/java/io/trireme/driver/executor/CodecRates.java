package io.trireme.driver.executor;

import io.trireme.common.config.CodecConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.message.CodecRate;
import io.trireme.common.message.JobSpec;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.worker.CodecMeter;
import java.util.ArrayList;
import java.util.List;
import org.agrona.concurrent.SystemNanoClock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What codecs cost on this executor, for a run that chooses among some. */
final class CodecRates {

  private static final Logger LOG = LoggerFactory.getLogger(CodecRates.class);

  private final JobSpec spec;
  private final CompressionPlan compression;
  private volatile List<CodecRate> measured = List.of();

  CodecRates(JobSpec spec, CompressionPlan compression) {
    this.spec = spec;
    this.compression = compression;
  }

  /** What was measured; empty before, and where the run has nothing to choose. */
  List<CodecRate> measured() {
    return measured;
  }

  /** Measures once, on the thread of the first caller; the others wait. */
  synchronized void measure() {
    CompressionConfig config = spec.compression();
    List<CodecConfig> candidates = new ArrayList<>(config.candidates());
    if (config.isAuto() && !config.back().equals(CodecConfig.NONE)) {
      candidates.removeIf(one -> one.codec().equals(config.back().codec()));
      candidates.add(config.back());
    }
    if (measured.isEmpty() && !candidates.isEmpty()) {
      measured =
          new CodecMeter(compression, spec.plan(), SystemNanoClock.INSTANCE).measure(candidates);
      LOG.info("run {}: codecs cost here {}", spec.run(), measured);
    }
  }
}
