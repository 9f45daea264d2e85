package io.trireme.driver.cli;

import io.trireme.common.checkpoint.Check;
import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.StepInspection;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Lists a job's checkpoints by their manifests and the lengths of their files. */
@Command(
    name = "ls",
    description = "List steps with epoch, size, age and state; reads manifests only.",
    mixinStandardHelpOptions = true)
final class CheckpointLsCommand implements Callable<Integer> {
  private final Console console;
  private final Clock clock;

  @Mixin private final CheckpointPlace place = new CheckpointPlace();

  CheckpointLsCommand(Console console, Clock clock) {
    this.console = console;
    this.clock = clock;
  }

  @Override
  public Integer call() throws IOException {
    CheckpointFolder folder = place.folder(console.env());
    List<StepInspection> reports = folder.list(Check.MANIFEST);
    if (reports.isEmpty()) {
      throw CheckpointPlace.none(folder, reports);
    }
    CheckpointTable.print(console.out(), reports, clock.millis());
    return ExitCode.DONE.number();
  }
}
