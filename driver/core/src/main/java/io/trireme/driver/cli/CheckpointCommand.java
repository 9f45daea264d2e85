package io.trireme.driver.cli;

import java.time.Clock;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What there is to do with a job's checkpoints. */
@Command(
    name = "checkpoint",
    description = "List, verify, compare, prune or export a job's checkpoints.",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND")
final class CheckpointCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  /** The command with its own commands. */
  static CommandLine line(Console console, Clock clock) {
    return new CommandLine(new CheckpointCommand())
        .addSubcommand(new CheckpointLsCommand(console, clock))
        .addSubcommand(new CheckpointVerifyCommand(console, clock))
        .addSubcommand(new CheckpointDiffCommand(console))
        .addSubcommand(new CheckpointPruneCommand(console, clock))
        .addSubcommand(new CheckpointExportCommand(console));
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "no command; expected ls, verify, diff, prune or export");
  }
}
