package io.trireme.driver.jobfile;

import io.trireme.common.config.CodecConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.config.JobConfig;
import io.trireme.common.config.SyncMode;

/**
 * What a job file can say, but the system does not do yet: each is refused, never ignored. Whoever
 * builds one deletes its line; the last one deletes the class.
 */
final class NotBuiltYet {
  private NotBuiltYet() {}

  /** Notes a problem for each key of the job that nothing honours yet. */
  static void refuse(JobConfig job, MappingReader root) {
    SyncMode mode = job.sync().mode();
    boolean streams = mode == SyncMode.SSP || mode == SyncMode.ASYNC;
    refuse(
        root,
        streams && job.servers().replicas() > 0,
        "servers",
        "replicas",
        "backups with sync.mode " + mode.word() + " are",
        "expected 0");
    refuse(
        root,
        streams && job.optimizer() != null && job.optimizer().clipGlobalNorm() > 0,
        "optimizer",
        "clipGlobalNorm",
        "clipping by global norm with sync.mode " + mode.word() + ", which has no whole steps, is",
        "expected 0");
    refuse(
        root,
        streams && job.checkpoint() != null,
        "checkpoint",
        "keep",
        "checkpoints with sync.mode " + mode.word() + ", which has no whole steps, are",
        "expected no checkpoint section");
    CompressionConfig compression = job.compression();
    refuse(
        root,
        job.checkpoint() != null && compression.isAuto(),
        "compression",
        "codec",
        "auto beside checkpoints, which do not hold which codecs were chosen, is",
        "expected a codec's name, or no checkpoint section");
    refuse(
        root,
        streams && compression.isAuto(),
        "compression",
        "codec",
        "auto with sync.mode " + mode.word() + ", whose workers are at different steps, is",
        "expected a codec's name");
    refuse(
        root,
        streams && compression.names("thc"),
        "compression",
        "codec",
        "thc with sync.mode " + mode.word() + ", whose steps have no common scale, is",
        "expected another codec");
    refuse(
        root,
        streams && !compression.back().equals(CodecConfig.NONE),
        "compression",
        "back",
        "a codec on the way back with sync.mode " + mode.word() + ", whose workers differ, is",
        "expected none");
    if (streams && job.nonFinite().skip()) {
      root.problem(
          "onNonFinite",
          "skip with sync.mode "
              + mode.word()
              + ", which has no whole steps, is not built yet;"
              + " expected fail");
    }
  }

  private static void refuse(
      MappingReader root, boolean asked, String section, String key, String what, String expected) {
    if (asked && root.isScalar(section)) {
      root.problem(section, what + " not built yet; " + expected);
    } else if (asked) {
      root.section(section).problem(key, what + " not built yet; " + expected);
    }
  }
}
