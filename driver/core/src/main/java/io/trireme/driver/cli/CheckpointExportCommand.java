package io.trireme.driver.cli;

import io.trireme.common.checkpoint.Check;
import io.trireme.common.checkpoint.Checkpoint;
import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.files.AtomicFile;
import io.trireme.common.files.PlainFiles;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.worker.engine.ModelFamily;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes a DL4J model of a checkpoint. */
@Command(
    name = "export",
    description = {
      "Write a step as DL4J's model.zip with updater state, from which DL4J trains on as Trireme"
          + " would."
    },
    mixinStandardHelpOptions = true)
final class CheckpointExportCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private final CheckpointPlace place = new CheckpointPlace();

  @Option(names = "--step", paramLabel = "STEP", description = "By default the newest valid one.")
  private @Nullable Long step;

  @Option(
      names = "--output",
      paramLabel = "FILE",
      required = true,
      description = "The zip to write; a path, or a URI of any Hadoop file system.")
  private String output = "";

  @Option(names = "--overwrite", description = "Replace the zip if it is there.")
  private boolean overwrite;

  @Option(names = "--without-updater-state", description = "Write parameters only.")
  private boolean withoutUpdaterState;

  CheckpointExportCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    CheckpointFolder folder = place.folder(console.env());
    Path target = new Path(output);
    FileSystem fs = PlainFiles.of(target, CheckpointPlace.hadoop());
    if (!overwrite && fs.exists(target)) {
      throw new PreflightException(
          List.of(
              new Finding(
                  output, "exists", "name another file, or pass --overwrite to replace it")));
    }
    try (Checkpoint checkpoint = CheckpointPlace.open(folder, step, Check.MANIFEST)) {
      ModelFamily family = ModelFamily.of(checkpoint);
      AtomicFile.write(
          fs,
          fs.makeQualified(target),
          out -> family.export(checkpoint, !withoutUpdaterState, out));
      console
          .out()
          .printf(Locale.ROOT, "exported step %d to %s%n", checkpoint.manifest().step(), output);
    }
    return ExitCode.DONE.number();
  }
}
