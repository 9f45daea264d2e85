package io.trireme.common.config;

import io.trireme.common.config.DataConfig.SourceConfig;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Tells whether two jobs compute the same parameters, step by step, from the same data. */
public final class JobFingerprint {
  private JobFingerprint() {}

  /**
   * SHA-256, in hexadecimal, of what decides the parameters after a step: not the job's id, the
   * numbers of workers, servers and epochs, the transport, nor any folder of data or results.
   * Content of data and model files is not covered.
   */
  public static String of(JobConfig config) {
    DataConfig data = config.data();
    SourceConfig train = new SourceConfig(null, null, data.train().examples());
    JobConfig essence =
        new JobConfig(
            "",
            config.seed(),
            config.model(),
            new DataConfig(data.format(), train, new SourceConfig(null, null, null), null),
            config.batch(),
            0,
            config.optimizer(),
            config.sync(),
            new WorkersConfig(0, 0, config.workers().threads()),
            0,
            new TransportConfig(0, 0, null, 0),
            new OutputConfig(""));
    try {
      byte[] json = JobJson.write(essence).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(json));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
