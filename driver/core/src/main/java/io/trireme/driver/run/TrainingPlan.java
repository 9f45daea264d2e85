package io.trireme.driver.run;

import io.trireme.common.config.CheckpointConfig;
import io.trireme.common.config.JobConfig;
import io.trireme.common.config.OptimizerConfig;
import io.trireme.common.config.OuterConfig;
import io.trireme.common.config.SyncConfig;
import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.Layout;
import io.trireme.common.message.CheckpointSpec;
import io.trireme.common.message.JobSpec;
import io.trireme.common.message.StepRange;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.wire.JobKey;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.coordinator.CheckpointOptions;
import io.trireme.driver.coordinator.CheckpointPlan;
import io.trireme.driver.coordinator.CodecChooser;
import io.trireme.driver.coordinator.CodecPolicy;
import io.trireme.driver.coordinator.CoordinatorOptions;
import io.trireme.driver.coordinator.Deadlines;
import io.trireme.driver.coordinator.FixedCodecs;
import io.trireme.driver.coordinator.NoCheckpoints;
import io.trireme.driver.coordinator.ScheduledCheckpoints;
import io.trireme.driver.prepare.PreparedData;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.optimizer.LearningRate;
import io.trireme.worker.engine.EngineProvider;
import io.trireme.worker.engine.TrainableModel;
import io.trireme.worker.local.LocalRounds;
import io.trireme.worker.local.OuterLayout;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * What a job comes to once its data is known: the model with its initial parameters, and how it is
 * shared out.
 */
final class TrainingPlan {

  private static final int RUN_ID_BYTES = 6;
  private static final long STALL_NS = TimeUnit.SECONDS.toNanos(2);
  private static final long JOIN_NS = TimeUnit.MINUTES.toNanos(5);

  /** Floats of which the bytes are still counted by an int. */
  private static final long MAX_LENGTH = Integer.MAX_VALUE / Float.BYTES;

  private final JobConfig job;
  private final TrainableModel model;
  private final JobSpec spec;
  private final LearningRate rate;

  private TrainingPlan(JobConfig job, TrainableModel model, Layout layout, JobSpec spec) {
    this.job = job;
    this.model = model;
    this.spec = spec;
    this.rate = new LearningRate(layout);
  }

  /**
   * Builds the model and shares it out; throws when the job cannot be trained so.
   *
   * @param hadoop how files are reached
   * @param termLengthBytes length of the terms of sessions
   * @param firstStep the step to begin with
   * @param checkpoint where checkpoints are read and written; null if neither
   */
  static TrainingPlan of(
      RunInputs inputs,
      PreparedData data,
      Configuration hadoop,
      int termLengthBytes,
      SecureRandom random,
      long firstStep,
      @Nullable CheckpointSpec checkpoint) {
    JobConfig job = inputs.job();
    var set = data.train();
    TrainableModel model = inputs.model().create(job, set.schema(), hadoop);
    EngineProvider.of(model.family(), job.engine().name()).admit(model);
    Layout layout = model.layout();
    if (layout.length() > MAX_LENGTH) {
      throw new PreflightException(
          List.of(
              new Finding(
                  "model",
                  layout.length() + " parameters, but a vector holds at most " + MAX_LENGTH,
                  "use a smaller model")));
    }
    BlockPlan plan = BlockPlan.of(layout);
    if (job.batch().size() > set.examples()) {
      throw new PreflightException(
          List.of(
              new Finding(
                  "batch.size",
                  job.batch().size()
                      + ", but the training set has only "
                      + set.examples()
                      + " examples",
                  "set it to at most that")));
    }
    checkServers(plan, job.servers().count());
    SlotPlan slots =
        LocalRounds.of(
                set.examples(), job.batch().size(), job.batch().slots(), job.sync().localSteps())
            .rounds();
    byte[] runId = new byte[RUN_ID_BYTES];
    random.nextBytes(runId);
    OptimizerConfig optimizer = job.optimizer();
    JobSpec spec =
        new JobSpec(
            job.job() + "-" + HexFormat.of().formatHex(runId),
            JobKey.random(random).secret(),
            job.seed(),
            new JobSpec.Vector(serverLayout(layout, job.sync()), plan, job.servers().count()),
            new JobSpec.Schedule(
                slots, new StepRange(firstStep, slots.stepsPerEpoch() * job.epochs())),
            new JobSpec.Update(
                optimizer == null ? 0 : optimizer.clipGlobalNorm(),
                job.sync(),
                job.compression(),
                job.nonFinite()),
            new JobSpec.Computation(
                job.workers().max(), job.workers().threads(), model.description(), data.trainUri()),
            job.transport().withTermLength(termLengthBytes),
            checkpoint);
    return new TrainingPlan(job, model, layout, spec);
  }

  /** With local steps the servers see what a round changed, and take the outer optimizer to it. */
  private static Layout serverLayout(Layout layout, SyncConfig sync) {
    OuterConfig outer = sync.outer();
    return outer == null ? layout : OuterLayout.of(layout, outer);
  }

  private static void checkServers(BlockPlan plan, int servers) {
    if (plan.groups().size() < servers) {
      throw new PreflightException(
          List.of(
              new Finding(
                  "servers",
                  servers
                      + ", but the model has only "
                      + plan.groups().size()
                      + " block group(s) to share out",
                  "set servers to at most that")));
    }
  }

  JobConfig job() {
    return job;
  }

  TrainableModel model() {
    return model;
  }

  JobSpec spec() {
    return spec;
  }

  /** The initial floats of a block, little-endian. */
  byte[] initialBlock(int index) {
    Block block = spec.plan().blocks().get(index);
    byte[] floats = new byte[block.lengthBytes()];
    model.parameters().getBytes(Math.toIntExact(block.offset() * Float.BYTES), floats);
    return floats;
  }

  CoordinatorOptions coordinatorOptions() {
    long leaseNs = TimeUnit.SECONDS.toNanos(job.transport().timeoutSeconds());
    return new CoordinatorOptions(
        spec.run(),
        job.workers().min(),
        spec.slots().slots(),
        new CoordinatorOptions.Servers(
            job.servers().count(),
            job.servers().replicas(),
            spec.plan().groups().stream().map(BlockGroup::length).toList()),
        spec.schedule().steps(),
        new Deadlines(
            leaseNs,
            Math.max(STALL_NS, leaseNs / 3),
            TimeUnit.SECONDS.toNanos(job.sync().stepTimeoutSeconds()),
            JOIN_NS),
        job.nonFinite().maxSkippedSteps());
  }

  /** Chooses the codecs. */
  CodecPolicy codecPolicy() {
    return job.compression().isAuto()
        ? new CodecChooser(job.compression(), spec.layout().length() * Float.BYTES, spec.lastStep())
        : new FixedCodecs();
  }

  /** When checkpoints are due. */
  CheckpointPlan checkpointPlan(long nowNs) {
    CheckpointConfig config = job.checkpoint();
    if (config == null) {
      return new NoCheckpoints();
    }
    Integer steps = config.everySteps();
    Integer seconds = config.everySeconds();
    return new ScheduledCheckpoints(
        new CheckpointOptions(
            steps == null ? 0 : steps,
            seconds == null ? 0 : TimeUnit.SECONDS.toNanos(seconds),
            spec.plan().groups().size(),
            spec.schedule().steps(),
            keepsResiduals() ? spec.slots().slots() : 0),
        nowNs);
  }

  private boolean keepsResiduals() {
    return CompressionPlan.encodesGradients(spec.layout(), spec.compression());
  }

  /** The learning rate of a step; NaN if the model has none. */
  double learningRate(long step) {
    LocalRounds rounds = new LocalRounds(spec.slots(), spec.sync().localSteps());
    return rate.at(rounds.firstStep(step), spec.slots().epochOf(step));
  }
}
