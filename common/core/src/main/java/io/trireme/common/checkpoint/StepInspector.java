package io.trireme.common.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Finds out what a step's folder is. Changes nothing. */
final class StepInspector {
  private final FileSystem fs;
  private final @Nullable String job;

  /** Looks for checkpoints of one job; of any if null. */
  StepInspector(FileSystem fs, @Nullable String job) {
    this.fs = fs;
    this.job = job;
  }

  /** Looks at a folder; what goes wrong is part of the report. */
  StepInspection inspect(long step, Path folder, Check check) {
    Finding finding = new Finding();
    try {
      look(step, folder, check, finding);
      return finding.report(step, folder, StepState.VALID, "");
    } catch (BadCheckpointException e) {
      return finding.report(step, folder, e.state(), String.valueOf(e.getMessage()));
    } catch (IOException e) {
      return finding.report(step, folder, StepState.UNREADABLE, e.toString());
    }
  }

  /** What is known at the moment that something is found to be wrong. */
  private static final class Finding {
    private @Nullable Manifest manifest;
    private long lengthBytes;

    StepInspection report(long step, Path folder, StepState state, String reason) {
      return new StepInspection(step, folder, state, reason, manifest, lengthBytes);
    }
  }

  private void look(long step, Path folder, Check check, Finding finding) throws IOException {
    Map<String, Long> lengths = lengths(fs, folder);
    finding.lengthBytes = lengths.values().stream().mapToLong(Long::longValue).sum();
    Path file = new Path(folder, Manifest.FILE);
    if (!lengths.containsKey(Manifest.FILE)) {
      throw new BadCheckpointException(StepState.UNCOMMITTED, folder + ": has no manifest");
    }
    Manifest manifest = ManifestJson.decode(file.toString(), bytes(fs, file));
    finding.manifest = manifest;
    checkIdentity(file, manifest, step);
    checkLengths(folder, manifest, lengths);
    if (check == Check.EVERY_BYTE) {
      for (CheckpointShard shard : manifest.files()) {
        try (CheckpointShardReader reader =
            CheckpointShardReader.open(fs, folder, manifest, shard)) {
          reader.verify();
        }
      }
    }
  }

  private void checkIdentity(Path file, Manifest manifest, long step)
      throws BadCheckpointException {
    if (job != null && !manifest.job().equals(job)) {
      throw new BadCheckpointException(
          StepState.FOREIGN_JOB,
          String.format(
              Locale.ROOT,
              "%s: is of job %s, expected job %s; give each job a folder of its own",
              file,
              manifest.job(),
              job));
    }
    if (manifest.step() != step) {
      throw new BadCheckpointException(
          StepState.DAMAGED, file + ": is of step " + manifest.step() + ", expected " + step);
    }
  }

  /** Every file of the manifest must be there, with its length. */
  static void checkLengths(Path folder, Manifest manifest, Map<String, Long> lengths)
      throws BadCheckpointException {
    for (CheckpointShard shard : manifest.files()) {
      Long length = lengths.get(shard.name());
      if (length == null || length != shard.lengthBytes()) {
        throw new BadCheckpointException(
            StepState.DAMAGED,
            String.format(
                Locale.ROOT,
                "%s: %s, expected %d bytes",
                new Path(folder, shard.name()),
                length == null ? "is missing" : "has " + length + " bytes",
                shard.lengthBytes()));
      }
    }
  }

  /** Names and lengths of the files in a folder. */
  static Map<String, Long> lengths(FileSystem fs, Path folder) throws IOException {
    Map<String, Long> lengths = new HashMap<>();
    for (FileStatus file : fs.listStatus(folder)) {
      if (file.isFile()) {
        lengths.put(file.getPath().getName(), file.getLen());
      }
    }
    return lengths;
  }

  /** All bytes of a file. */
  static byte[] bytes(FileSystem fs, Path file) throws IOException {
    try (InputStream in = fs.open(file)) {
      return in.readAllBytes();
    }
  }
}
