package io.trireme.driver.train;

import io.trireme.common.config.JobConfig;
import io.trireme.common.config.OptimizerConfig;
import io.trireme.common.control.JobSpec;
import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.Layout;
import io.trireme.common.slots.SlotPlan;
import io.trireme.common.wire.JobKey;
import io.trireme.driver.job.Finding;
import io.trireme.driver.job.PreflightException;
import io.trireme.driver.prepare.PreparedData;
import io.trireme.driver.protocol.CoordinatorOptions;
import io.trireme.driver.protocol.Placement;
import io.trireme.server.optimizer.FloatVector;
import io.trireme.server.optimizer.LearningRate;
import io.trireme.worker.engine.InputFacts;
import io.trireme.worker.engine.Layouts;
import io.trireme.worker.engine.ModelFactory;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.deeplearning4j.nn.api.Model;

/**
 * What a job comes to once its data is known: the model with its initial parameters, and how it is
 * shared out.
 */
final class TrainingPlan {

  private static final int RUN_ID_BYTES = 6;

  /** Floats of which the bytes are still counted by an int. */
  private static final long MAX_LENGTH = Integer.MAX_VALUE / Float.BYTES;

  private final JobConfig job;
  private final Model model;
  private final JobSpec spec;
  private final UnsafeBuffer initial;
  private final LearningRate rate;

  private TrainingPlan(JobConfig job, Model model, JobSpec spec) {
    this.job = job;
    this.model = model;
    this.spec = spec;
    this.rate = new LearningRate(spec.layout());
    this.initial = FloatVector.bufferOf(model.params());
  }

  /** Builds the model and shares it out; throws when the job cannot be trained so. */
  static TrainingPlan of(JobConfig job, PreparedData data, SecureRandom random) {
    var set = data.train();
    InputFacts facts = new InputFacts(set.height(), set.width(), set.channels(), set.classes());
    Model model = ModelFactory.create(job, facts);
    Layout layout = Layouts.of(model);
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
    SlotPlan slots = new SlotPlan(set.examples(), job.batch().size(), job.batch().slots());
    byte[] runId = new byte[RUN_ID_BYTES];
    random.nextBytes(runId);
    OptimizerConfig optimizer = job.optimizer();
    JobSpec spec =
        new JobSpec(
            job.job() + "-" + HexFormat.of().formatHex(runId),
            JobKey.random(random).secret(),
            job.seed(),
            job.workers().max(),
            job.workers().threads(),
            serverGroups(plan, job.servers()),
            layout,
            plan,
            slots,
            0,
            slots.stepsPerEpoch() * job.epochs(),
            optimizer == null ? 0 : optimizer.clipGlobalNorm(),
            ModelFiles.configuration(model),
            data.trainUri(),
            job.transport());
    return new TrainingPlan(job, model, spec);
  }

  private static List<Integer> serverGroups(BlockPlan plan, int servers) {
    try {
      return Placement.of(plan.groups(), servers);
    } catch (IllegalArgumentException e) {
      throw new PreflightException(
          List.of(new Finding("servers", String.valueOf(e.getMessage()), "then start again")));
    }
  }

  JobConfig job() {
    return job;
  }

  Model model() {
    return model;
  }

  JobSpec spec() {
    return spec;
  }

  /** The initial floats of a block, little-endian. */
  byte[] initialBlock(int index) {
    Block block = spec.plan().blocks().get(index);
    byte[] floats = new byte[block.lengthBytes()];
    initial.getBytes(Math.toIntExact(block.offset() * Float.BYTES), floats);
    return floats;
  }

  CoordinatorOptions coordinatorOptions() {
    long leaseNs = TimeUnit.SECONDS.toNanos(job.transport().timeoutSeconds());
    return new CoordinatorOptions(
        spec.run(),
        spec.workers(),
        spec.slots().slots(),
        spec.servers(),
        spec.firstStep(),
        spec.lastStep(),
        leaseNs,
        leaseNs);
  }

  /** The learning rate of a step; NaN if the model has none. */
  double learningRate(long step) {
    return rate.at(step, spec.slots().epochOf(step));
  }
}
