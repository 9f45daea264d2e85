package io.trireme.driver.cli;

import io.trireme.common.checkpoint.Check;
import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.Difference;
import io.trireme.common.checkpoint.Differences;
import io.trireme.common.checkpoint.Fingerprints;
import io.trireme.common.checkpoint.Manifest;
import io.trireme.common.checkpoint.SectionId;
import io.trireme.common.checkpoint.StoredSection;
import io.trireme.common.config.JobConfig;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Compares a checkpoint with the job file, or with another checkpoint. */
@Command(
    name = "diff",
    description = {
      "Compare a step with the job file: what changed, and whether the job can go on from it.",
      "Fails (exit code 3) if it cannot. With --with, compare two steps instead."
    },
    mixinStandardHelpOptions = true)
final class CheckpointDiffCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final CheckpointPlace place = new CheckpointPlace();

  @Option(names = "--step", paramLabel = "STEP", description = "By default the newest valid one.")
  private @Nullable Long step;

  @Option(names = "--with", paramLabel = "STEP", description = "Another step of the same job.")
  private @Nullable Long with;

  @Spec private CommandSpec spec = CommandSpec.create();

  CheckpointDiffCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    JobConfig job = place.job(console.env());
    if (job == null && with == null) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "a folder needs --with STEP; without it expected a job file");
    }
    CheckpointFolder folder = place.folder(console.env());
    Manifest first = manifest(folder, step);
    List<Difference> differences;
    if (with != null || job == null) {
      Manifest second = manifest(folder, with);
      console.out().println("step " + first.step() + " and step " + second.step());
      differences =
          Differences.of(
              first, second.config(), second.layoutFingerprint(), second.cursor().dataset());
      sections(first, second);
    } else {
      console.out().println("step " + first.step() + " and the job file");
      differences =
          Differences.of(
              first, Fingerprints.json(job), first.layoutFingerprint(), first.cursor().dataset());
    }
    differences.forEach(difference -> console.out().println(difference));
    if (differences.isEmpty()) {
      console.out().println("no difference in the job's configuration");
    }
    boolean safe = differences.stream().allMatch(Difference::safe);
    return (safe ? ExitCode.DONE : ExitCode.PREFLIGHT).number();
  }

  private static Manifest manifest(CheckpointFolder folder, @Nullable Long step)
      throws IOException {
    return Objects.requireNonNull(
        CheckpointPlace.step(folder, step, Check.MANIFEST).manifest(), "a valid step's manifest");
  }

  /** Sections with equal checksums and lengths are taken to be equal. */
  private void sections(Manifest first, Manifest second) {
    Map<SectionId, StoredSection> before = new HashMap<>();
    first.files().forEach(file -> file.sections().forEach(s -> before.put(s.id(), s)));
    int equal = 0;
    int changed = 0;
    int added = 0;
    for (StoredSection now :
        second.files().stream().flatMap(file -> file.sections().stream()).toList()) {
      StoredSection old = before.remove(now.id());
      if (old == null) {
        added++;
      } else if (old.crc32c() == now.crc32c() && old.lengthBytes() == now.lengthBytes()) {
        equal++;
      } else {
        changed++;
      }
    }
    console
        .out()
        .printf(
            Locale.ROOT,
            "sections: %d equal, %d changed, %d only in the first, %d only in the second%n",
            equal,
            changed,
            before.size(),
            added);
  }
}
