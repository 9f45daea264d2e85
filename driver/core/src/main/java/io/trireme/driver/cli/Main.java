package io.trireme.driver.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * Trireme's command line. Exit codes: 0 done, 2 bad job file or command line, 3 preflight, 4
 * training failed. Results go to stdout; progress and errors to stderr. A signal ends the process
 * as usual, with one line.
 */
public final class Main {
  private final Backend backend;
  private final Console console;
  private final Interruption interruption;

  Main(Backend backend, Console console, Interruption interruption) {
    this.backend = backend;
    this.console = console;
    this.interruption = interruption;
  }

  /** Runs a command and ends the JVM with its exit code. */
  public static void main(String[] args) {
    Console console = Console.ofProcess();
    Interruption interruption = new Interruption(console);
    Runtime.getRuntime().addShutdownHook(new Thread(interruption, "trireme-interruption"));
    int code = new Main(new SparkBackend(), console, interruption).run(args);
    interruption.done();
    System.exit(code);
  }

  /** Runs a command; its exit code. */
  int run(String... args) {
    CommandLine line =
        new CommandLine(new Top())
            .addSubcommand(new TrainCommand(backend, console, interruption))
            .addSubcommand(new PrepareCommand(backend, console))
            .addSubcommand(CheckpointCommand.line(console, Clock.systemUTC()))
            .addSubcommand(new CompletionCommand(console))
            .setExpandAtFiles(false)
            .setOut(new PrintWriter(console.out(), true, StandardCharsets.UTF_8))
            .setErr(new PrintWriter(console.err(), true, StandardCharsets.UTF_8))
            .setParameterExceptionHandler((e, arguments) -> refuse(e))
            .setExecutionExceptionHandler((e, command, result) -> report(e, command));
    try {
      return line.execute(args);
    } catch (Error e) {
      // Out of memory, or a native library that does not load: no stack trace on the console.
      return report(e, line.getParseResult() == null ? line : failed(line));
    }
  }

  private int refuse(CommandLine.ParameterException e) {
    console.err().println("trireme: " + e.getMessage());
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, e.getCommandLine().getErr())) {
      String command = e.getCommandLine().getCommandSpec().qualifiedName();
      console.err().println(command + " --help shows what there is");
    }
    return ExitCode.BAD_JOB.number();
  }

  private static CommandLine failed(CommandLine line) {
    ParseResult deepest = line.getParseResult();
    while (deepest.hasSubcommand()) {
      deepest = deepest.subcommand();
    }
    return deepest.commandSpec().commandLine();
  }

  private int report(Throwable failure, CommandLine command) {
    if (interruption.happened()) {
      return ExitCode.FAILED.number();
    }
    ExitCode.message(failure)
        .lines()
        .forEach(problem -> console.err().println("trireme: " + problem));
    OptionSpec verbose = command.getCommandSpec().findOption(JobOptions.VERBOSE);
    if (verbose != null && Boolean.TRUE.equals(verbose.getValue())) {
      failure.printStackTrace(console.err());
    }
    return ExitCode.of(failure).number();
  }

  /** The command without a command: shows what there is. */
  @Command(
      name = "trireme",
      description = "Trains DL4J models data-parallel on a Spark cluster.",
      mixinStandardHelpOptions = true,
      synopsisSubcommandLabel = "COMMAND",
      versionProvider = Version.class)
  private static final class Top implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.CommandSpec spec = CommandLine.Model.CommandSpec.create();

    @Override
    public void run() {
      throw new CommandLine.ParameterException(
          spec.commandLine(), "no command; expected train, prepare, checkpoint or completion");
    }
  }
}
