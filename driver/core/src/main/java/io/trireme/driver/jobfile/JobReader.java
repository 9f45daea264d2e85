package io.trireme.driver.jobfile;

import io.trireme.common.config.BatchConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.config.DataConfig;
import io.trireme.common.config.Defaults;
import io.trireme.common.config.EngineConfig;
import io.trireme.common.config.JobConfig;
import io.trireme.common.config.ModelConfig;
import io.trireme.common.config.NonFiniteConfig;
import io.trireme.common.config.NumberRange;
import io.trireme.common.config.OptimizerConfig;
import io.trireme.common.config.OutputConfig;
import io.trireme.common.config.SyncConfig;
import io.trireme.common.config.WorkersConfig;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a job file's root, key by key, and checks what only several keys together can break. */
final class JobReader {

  private static final Pattern JOB_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

  /** Slot numbers are 16 bits wide on the wire. */
  private static final NumberRange SLOTS = NumberRange.whole(1, 65_535);

  private final MappingReader root;
  private final Problems problems;

  JobReader(JobNode.Mapping root, Problems problems) {
    this.root = MappingReader.root(root, problems);
    this.problems = problems;
  }

  /** The job's root, whose keys were read. */
  MappingReader root() {
    return root;
  }

  /** The job; meaningless if a problem was noted. */
  JobConfig read() {
    String job =
        root.require(
            "job",
            ValueKind.text(JOB_ID, "a file name of letters, digits, dots, dashes and underscores"));
    long seed = root.read("seed", ValueKind.seed(), Defaults.SEED);
    ModelConfig model =
        model(root.requireSection("model", "expected { zoo: NAME } or { dl4j: PATH }"));
    EngineConfig engine = engine();
    DataConfig data =
        new DataReader(root.requireSection("data", "expected format, train and test")).read();
    BatchConfig batch =
        batch(root.requireSection("batch", "expected { size: EXAMPLES, slots: PARTS }"));
    int epochs = root.read("epochs", ValueKind.count(NumberRange.COUNT), Defaults.EPOCHS);
    OptimizerConfig optimizer = optimizer(model);
    SyncConfig sync = new SyncReader(root.section("sync")).read();
    CompressionReader travel = new CompressionReader(root);
    CompressionConfig compression = travel.compression();
    NonFiniteConfig nonFinite = travel.nonFinite();
    ClusterReader cluster = new ClusterReader(root);
    JobConfig config =
        new JobConfig(
            job,
            seed,
            model,
            engine,
            data,
            batch,
            epochs,
            optimizer,
            sync,
            compression,
            nonFinite,
            cluster.workers(),
            cluster.servers(),
            cluster.checkpoint(),
            cluster.transport(),
            output(root.section("output")));
    root.close();
    if (job.equals(JobConfig.DATA_FOLDER) && data.shards() == null) {
      root.problem(
          "job",
          "is \"data\", the folder of prepared data in output.dir; expected another id, or data.shards");
    }
    checkSlots(batch, config.workers());
    checkRounds(batch, sync);
    return config;
  }

  private void checkSlots(BatchConfig batch, WorkersConfig workers) {
    if (problems.clean("batch.slots", "workers") && batch.slots() < workers.max()) {
      root.section("batch")
          .problem(
              "slots",
              String.format(
                  Locale.ROOT,
                  "is %d with %d workers: workers without a slot would idle; expected at least %d",
                  batch.slots(),
                  workers.max(),
                  workers.max()));
    }
  }

  private void checkRounds(BatchConfig batch, SyncConfig sync) {
    if (problems.clean("batch.size", "sync.localSteps")
        && (long) batch.size() * sync.localSteps() > Integer.MAX_VALUE) {
      root.section("sync")
          .problem(
              "localSteps",
              String.format(
                  Locale.ROOT,
                  "is %d with batch.size %d: a round would have %d examples; expected at most %d",
                  sync.localSteps(),
                  batch.size(),
                  (long) batch.size() * sync.localSteps(),
                  Integer.MAX_VALUE));
    }
  }

  private static ModelConfig model(MappingReader model) {
    String zoo = model.readOrNull("zoo", ValueKind.word("model", ModelConfig.ZOO));
    String dl4j = model.readOrNull("dl4j", ValueKind.path());
    if (zoo != null && dl4j != null) {
      model.problem("dl4j", "is given beside zoo; expected exactly one of the two");
    } else if (zoo == null && dl4j == null) {
      model.problem("names no model; expected zoo or dl4j");
    }
    model.close();
    return new ModelConfig(zoo, dl4j);
  }

  private EngineConfig engine() {
    String name =
        root.read("engine", ValueKind.word("engine", EngineConfig.NAMES), Defaults.ENGINE);
    String math = root.read("math", ValueKind.word("math", EngineConfig.MATHS), Defaults.MATH);
    EngineConfig engine = new EngineConfig(name, math);
    if (problems.clean("engine", "math") && !engine.onDevice() && !math.equals(Defaults.MATH)) {
      root.problem(
          "math",
          String.format(
              Locale.ROOT,
              "is %s with engine %s, which computes exactly; remove it, or set engine to cuda",
              math,
              name));
    }
    return engine;
  }

  private BatchConfig batch(MappingReader batch) {
    int size = batch.require("size", ValueKind.count(NumberRange.COUNT));
    int slots = batch.require("slots", ValueKind.count(SLOTS));
    batch.close();
    if (problems.clean("batch.size", "batch.slots") && slots > size) {
      batch.problem(
          "slots",
          String.format(
              Locale.ROOT,
              "is %d with %d examples in a step; expected at most %d",
              slots,
              size,
              size));
    }
    return new BatchConfig(size, slots);
  }

  private @Nullable OptimizerConfig optimizer(ModelConfig model) {
    if (!problems.clean("model", "model.dl4j")) {
      // Which of the two it needs is unknown, but its own mistakes can be told.
      return root.has("optimizer") ? OptimizerReader.read(root.section("optimizer")) : ignore();
    }
    if (model.dl4j() == null) {
      return OptimizerReader.read(
          root.requireSection("optimizer", "expected an updater such as { adam: {} }"));
    }
    if (root.has("optimizer")) {
      root.problem(
          "optimizer",
          "has no effect beside model.dl4j, whose configuration has its own updaters; remove it");
    }
    return ignore();
  }

  private @Nullable OptimizerConfig ignore() {
    root.allow(List.of("optimizer"));
    return null;
  }

  private static OutputConfig output(MappingReader output) {
    String dir = output.read("dir", ValueKind.path(), Defaults.OUTPUT_DIR);
    output.close();
    return new OutputConfig(dir);
  }
}
