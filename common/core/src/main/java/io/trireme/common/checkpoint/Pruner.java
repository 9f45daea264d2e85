package io.trireme.common.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Deletes old steps and debris; see {@link CheckpointFolder#prune}. */
final class Pruner {
  private final FileSystem fs;
  private final CheckpointFolder folder;
  private final List<Long> deleted = new ArrayList<>();
  private final List<Long> debris = new ArrayList<>();
  private int files;
  private @Nullable IOException failure;

  Pruner(FileSystem fs, CheckpointFolder folder) {
    this.fs = fs;
    this.folder = folder;
  }

  Pruned prune(int keep, Check check, Set<Long> damaged, CheckpointFolder.Right right)
      throws IOException {
    List<StepInspection> kept = new ArrayList<>();
    List<StepInspection> condemned = new ArrayList<>();
    for (long step : folder.descending()) {
      boolean enough = kept.size() == keep;
      StepInspection report = folder.inspect(step, enough ? Check.MANIFEST : check);
      boolean distrusted = report.valid() && damaged.contains(step);
      switch (distrusted ? StepState.DAMAGED : report.state()) {
        case VALID -> (enough ? condemned : kept).add(report);
        case UNCOMMITTED, DAMAGED -> {
          // Steps beyond the newest valid one may be in the making.
          if (!kept.isEmpty()) {
            condemned.add(report);
          }
        }
        case UNREADABLE, NEWER_FORMAT, FOREIGN_JOB -> {}
      }
    }
    for (StepInspection report : condemned) {
      attempt(
          () -> {
            right.ensure();
            deleteStep(fs, report.folder());
            boolean valid = report.valid() && !damaged.contains(report.step());
            (valid ? deleted : debris).add(report.step());
          });
    }
    for (StepInspection report : kept) {
      attempt(
          () -> {
            right.ensure();
            deleteDebris(report);
          });
    }
    if (failure != null) {
      throw failure;
    }
    return new Pruned(deleted, debris, files);
  }

  /** Deletes a step; the manifest first, so that no half of it looks like a checkpoint. */
  static void deleteStep(FileSystem fs, Path step) throws IOException {
    Deletions.delete(fs, new Path(step, Manifest.FILE));
    Deletions.delete(fs, step);
  }

  /** Deletes the files of a valid step that its manifest does not list. */
  private void deleteDebris(StepInspection report) throws IOException {
    Manifest manifest = report.manifest();
    if (manifest == null) {
      return;
    }
    Set<String> listed = new HashSet<>();
    listed.add(Manifest.FILE);
    manifest.files().forEach(file -> listed.add(file.name()));
    for (String name : StepInspector.lengths(fs, report.folder()).keySet()) {
      if (!listed.contains(name)) {
        Deletions.delete(fs, new Path(report.folder(), name));
        files++;
      }
    }
  }

  private interface Deletion {
    void run() throws IOException;
  }

  private void attempt(Deletion deletion) {
    try {
      deletion.run();
    } catch (IOException e) {
      if (failure == null) {
        failure = e;
      } else {
        failure.addSuppressed(e);
      }
    }
  }
}
