package io.trireme.driver.jobfile;

import io.trireme.common.config.CodecConfig;
import io.trireme.common.config.JobConfig;
import io.trireme.common.config.SyncMode;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * What a job file can say, but the system does not do yet: each is refused, never ignored. When one
 * is built its line goes; with the last line, the class.
 */
final class NotBuiltYet {
  private NotBuiltYet() {}

  /**
   * One of them.
   *
   * @param section the section of the key to blame; empty for the root
   * @param what is not built, {@code %s} the mode of synchronisation, with its verb
   * @param expected what to write instead
   */
  private record Limit(
      String section, String key, Predicate<JobConfig> asked, String what, String expected) {}

  private static final List<Limit> LIMITS =
      List.of(
          new Limit(
              "servers",
              "replicas",
              job -> streams(job) && job.servers().replicas() > 0,
              "backups with sync.mode %s are",
              "expected 0"),
          new Limit(
              "optimizer",
              "clipGlobalNorm",
              job ->
                  streams(job) && job.optimizer() != null && job.optimizer().clipGlobalNorm() > 0,
              "clipping by global norm with sync.mode %s, which has no whole steps, is",
              "expected 0"),
          new Limit(
              "checkpoint",
              "keep",
              job -> streams(job) && job.checkpoint() != null,
              "checkpoints with sync.mode %s, which has no whole steps, are",
              "expected no checkpoint section"),
          new Limit(
              "compression",
              "codec",
              job -> job.checkpoint() != null && job.compression().isAuto(),
              "auto beside checkpoints, which do not hold which codecs were chosen, is",
              "expected a codec's name, or no checkpoint section"),
          new Limit(
              "compression",
              "codec",
              job -> streams(job) && job.compression().isAuto(),
              "auto with sync.mode %s, whose workers are at different steps, is",
              "expected a codec's name"),
          new Limit(
              "compression",
              "codec",
              job -> streams(job) && job.compression().names("thc"),
              "thc with sync.mode %s, whose steps have no common scale, is",
              "expected another codec"),
          new Limit(
              "compression",
              "back",
              job -> streams(job) && !job.compression().back().equals(CodecConfig.NONE),
              "a codec on the way back with sync.mode %s, whose workers differ, is",
              "expected none"),
          new Limit(
              "",
              "onNonFinite",
              job -> streams(job) && job.nonFinite().skip(),
              "skip with sync.mode %s, which has no whole steps, is",
              "expected fail"));

  private static boolean streams(JobConfig job) {
    SyncMode mode = job.sync().mode();
    return mode == SyncMode.SSP || mode == SyncMode.ASYNC;
  }

  /** Notes a problem for each key of the job that nothing honours yet. */
  static void refuse(JobConfig job, MappingReader root) {
    for (Limit limit : LIMITS) {
      if (limit.asked().test(job)) {
        String text =
            String.format(Locale.ROOT, limit.what(), job.sync().mode().word())
                + " not built yet; "
                + limit.expected();
        if (limit.section().isEmpty()) {
          root.problem(limit.key(), text);
        } else if (root.isScalar(limit.section())) {
          root.problem(limit.section(), text);
        } else {
          root.section(limit.section()).problem(limit.key(), text);
        }
      }
    }
  }
}
