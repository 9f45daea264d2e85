package io.trireme.driver.cli;

import io.trireme.common.checkpoint.Check;
import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.JobLease;
import io.trireme.common.checkpoint.JobLease.Held;
import io.trireme.common.checkpoint.JobLease.Outcome;
import io.trireme.common.checkpoint.Pruned;
import io.trireme.common.files.PlainFiles;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.run.LeaseKeeper;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.agrona.concurrent.SystemNanoClock;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Deletes old checkpoints, while no driver runs the job. */
@Command(
    name = "prune",
    description = {
      "Delete all but the newest valid steps, and what was never committed before them.",
      "Reads every byte of those that it keeps first. Refuses while the job runs."
    },
    mixinStandardHelpOptions = true)
final class CheckpointPruneCommand implements Callable<Integer> {
  private final Console console;
  private final Clock clock;

  @Mixin private final CheckpointPlace place = new CheckpointPlace();

  @Option(
      names = "--keep",
      paramLabel = "N",
      required = true,
      description = "How many of the newest valid steps to keep, at least 1.")
  private int keep = 1;

  @Spec private CommandSpec spec = CommandSpec.create();

  CheckpointPruneCommand(Console console, Clock clock) {
    this.console = console;
    this.clock = clock;
  }

  @Override
  public Integer call() throws IOException {
    if (keep < 1) {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "--keep " + keep + ": expected 1 or more");
    }
    CheckpointFolder folder = place.folder(console.env());
    if (folder.list(Check.MANIFEST).isEmpty()) {
      throw CheckpointPlace.none(folder, List.of());
    }
    Pruned pruned;
    try (LeaseKeeper lease = lease(place.lease(console.env(), folder), folder.path())) {
      pruned = folder.prune(keep, Check.EVERY_BYTE, Set.of(), lease::ensure);
    }
    console
        .out()
        .printf(
            Locale.ROOT,
            "deleted %s; kept %d%n",
            what(pruned),
            folder.list(Check.MANIFEST).stream().filter(s -> s.valid()).count());
    return ExitCode.DONE.number();
  }

  private static String what(Pruned pruned) {
    return String.format(
        Locale.ROOT,
        "%d valid steps %s, %d without a valid checkpoint %s and %d files",
        pruned.deleted().size(),
        pruned.deleted(),
        pruned.debris().size(),
        pruned.debris(),
        pruned.files());
  }

  private LeaseKeeper lease(Path where, Path checkpoints) throws IOException {
    FileSystem fs = PlainFiles.of(where, CheckpointPlace.hadoop());
    Outcome outcome =
        new JobLease(
                fs,
                where,
                clock,
                SystemNanoClock.INSTANCE,
                LeaseKeeper.LENGTH,
                LeaseKeeper.host(),
                ProcessHandle.current().pid(),
                new SecureRandom())
            .tryAcquire();
    @Nullable Held held = outcome.held();
    if (held == null) {
      throw new PreflightException(
          List.of(
              new Finding(
                  "checkpoints in " + checkpoints,
                  "the job is held by " + outcome.holder(),
                  "it prunes by itself; or try again once it has ended")));
    }
    return new LeaseKeeper(fs, where, held, SystemNanoClock.INSTANCE);
  }
}
