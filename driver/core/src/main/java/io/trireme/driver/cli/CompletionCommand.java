package io.trireme.driver.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Prints what makes bash complete commands and options. */
@Command(
    name = "completion",
    description = {
      "Print a completion script for bash and zsh; in ~/.bashrc:",
      "source <(trireme completion)"
    },
    mixinStandardHelpOptions = true)
final class CompletionCommand implements Runnable {
  private final Console console;

  @Spec private CommandSpec spec = CommandSpec.create();

  CompletionCommand(Console console) {
    this.console = console;
  }

  @Override
  public void run() {
    CommandSpec top = spec.root();
    console.out().println(AutoComplete.bash(top.name(), top.commandLine()));
  }
}
