package io.trireme.driver.cli;

import io.trireme.common.checkpoint.BadCheckpointException;
import io.trireme.common.checkpoint.Check;
import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.StepInspection;
import io.trireme.common.checkpoint.StepState;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Reads every byte of a job's checkpoints. */
@Command(
    name = "verify",
    description = {
      "Read every byte of every step; fails (exit code 3) if one that was committed is not valid."
    },
    mixinStandardHelpOptions = true)
final class CheckpointVerifyCommand implements Callable<Integer> {
  private final Console console;
  private final Clock clock;

  @Mixin private final CheckpointPlace place = new CheckpointPlace();

  CheckpointVerifyCommand(Console console, Clock clock) {
    this.console = console;
    this.clock = clock;
  }

  @Override
  public Integer call() throws IOException {
    CheckpointFolder folder = place.folder(console.env());
    List<StepInspection> reports = folder.list(Check.EVERY_BYTE);
    if (reports.isEmpty()) {
      throw CheckpointPlace.none(folder, reports);
    }
    CheckpointTable.print(console.out(), reports, clock.millis());
    List<StepInspection> bad =
        reports.stream()
            .filter(report -> !report.valid() && report.state() != StepState.UNCOMMITTED)
            .toList();
    if (!bad.isEmpty()) {
      throw new BadCheckpointException(
          bad.get(0).state(),
          bad.size()
              + " of "
              + reports.size()
              + " steps cannot be used; prune deletes those that are damaged and older than a valid"
              + " one");
    }
    return ExitCode.DONE.number();
  }
}
