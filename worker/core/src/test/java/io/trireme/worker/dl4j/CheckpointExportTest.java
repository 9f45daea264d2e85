package io.trireme.worker.dl4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Named.named;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.trireme.common.checkpoint.Checkpoint;
import io.trireme.common.checkpoint.CheckpointFolder;
import io.trireme.common.checkpoint.CheckpointShard;
import io.trireme.common.checkpoint.CheckpointShardHeader;
import io.trireme.common.checkpoint.CheckpointShardWriter;
import io.trireme.common.checkpoint.DataCursor;
import io.trireme.common.checkpoint.Fingerprints;
import io.trireme.common.checkpoint.GroupSections;
import io.trireme.common.checkpoint.Manifest;
import io.trireme.common.checkpoint.Section;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.kernels.optimizer.GroupOptimizer;
import io.trireme.worker.engine.BadModelException;
import io.trireme.worker.engine.GradientEngine;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.DenseLayer;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.util.ModelSerializer;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.learning.config.AMSGrad;
import org.nd4j.linalg.learning.config.AdaBelief;
import org.nd4j.linalg.learning.config.AdaDelta;
import org.nd4j.linalg.learning.config.AdaGrad;
import org.nd4j.linalg.learning.config.AdaMax;
import org.nd4j.linalg.learning.config.Adam;
import org.nd4j.linalg.learning.config.IUpdater;
import org.nd4j.linalg.learning.config.Nadam;
import org.nd4j.linalg.learning.config.Nesterovs;
import org.nd4j.linalg.learning.config.RmsProp;
import org.nd4j.linalg.learning.config.Sgd;
import org.nd4j.linalg.schedule.ExponentialSchedule;
import org.nd4j.linalg.schedule.ScheduleType;

/**
 * Some steps by our own optimizers, cut into groups on two servers; then a checkpoint, exported;
 * then DL4J goes on from the zip. Its parameters equal those of our own optimizers, which also go
 * on from the checkpoint, bit for bit.
 */
class CheckpointExportTest {
  private static final int BEFORE = 4;
  private static final int AFTER = 4;
  private static final int BATCH = 16;

  @TempDir Path dir;

  static Stream<Named<IUpdater>> updaters() {
    return Stream.of(
            new Adam(0.01),
            new Adam(new ExponentialSchedule(ScheduleType.ITERATION, 0.02, 0.9)),
            new Nesterovs(0.1, 0.9),
            new RmsProp(0.01),
            new AMSGrad(0.01),
            new AdaGrad(0.01),
            new AdaMax(0.01),
            new Nadam(0.01),
            new AdaDelta(),
            new Sgd(0.1))
        .map(updater -> named(updater.toString(), updater));
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void layers(IUpdater updater) throws IOException {
    assertGoesOn(() -> Nets.convolutional(b -> b.updater(updater.clone()).l2(0.01)));
  }

  @ParameterizedTest
  @MethodSource("updaters")
  void graph(IUpdater updater) throws IOException {
    assertGoesOn(() -> Nets.graph(b -> b.updater(updater.clone()).weightDecay(0.01)));
  }

  /** DL4J's one updater block reaches over all groups. */
  @ParameterizedTest
  @MethodSource("updaters")
  void oneRunOverManyGroups(IUpdater updater) throws IOException {
    Supplier<MultiLayerNetwork> model =
        () ->
            Nets.init(
                Nets.builder(b -> b.updater(updater.clone()))
                    .list()
                    .layer(new DenseLayer.Builder().nOut(60).build())
                    .layer(new DenseLayer.Builder().nOut(50).build())
                    .layer(Nets.output().build())
                    .setInputType(InputType.feedForward(36)));
    assertThat(BlockPlan.of(Nets.layout(model.get())).groups()).hasSizeGreaterThan(4);
    assertGoesOn(model);
  }

  /** Runs of several updaters, one of two layers among them, with groups that cut them. */
  @Test
  void mixedUpdaters() throws IOException {
    assertGoesOn(
        () ->
            Nets.init(
                Nets.builder(b -> b.updater(new Adam(0.01)))
                    .list()
                    .layer(new DenseLayer.Builder().nOut(60).build())
                    .layer(new DenseLayer.Builder().nOut(50).build())
                    .layer(
                        new DenseLayer.Builder()
                            .nOut(40)
                            .updater(new AMSGrad(0.02))
                            .biasUpdater(new Nesterovs(0.1, 0.9))
                            .build())
                    .layer(new DenseLayer.Builder().nOut(30).updater(new Sgd(0.1)).build())
                    .layer(new DenseLayer.Builder().nOut(20).updater(new RmsProp(0.01)).build())
                    .layer(Nets.output().updater(new AdaGrad(0.05)).build())
                    .setInputType(InputType.feedForward(36))));
  }

  @Test
  void withoutUpdaterStateOneParameterVector() throws IOException {
    Model model = Nets.dense(b -> b.updater(new AdaBelief(0.01)));
    CheckpointFolder folder = folder();
    int[] trained;
    try (Run run = new Run(model)) {
      run.train(0, BEFORE);
      run.save(folder, BEFORE);
      trained = Replay.bits(model.params());
    }
    try (Checkpoint checkpoint = folder.open(BEFORE)) {
      assertThat(Replay.bits(CheckpointExport.model(checkpoint, false).params()))
          .isEqualTo(trained);
      // DL4J 1.0.0-M2.1 cannot make this updater at all.
      assertThatThrownBy(() -> CheckpointExport.model(checkpoint, true))
          .isInstanceOf(BadModelException.class)
          .hasMessageEndingWith("export without updater state");
    }
  }

  private CheckpointFolder folder() throws IOException {
    return new CheckpointFolder(
        FileSystem.getLocal(new Configuration(false)),
        new org.apache.hadoop.fs.Path(dir.resolve("checkpoints").toUri()),
        "job");
  }

  private void assertGoesOn(Supplier<? extends Model> supplier) throws IOException {
    CheckpointFolder folder = folder();
    int[] expected;
    Model model = supplier.get();
    try (Run run = new Run(model)) {
      run.train(0, BEFORE);
      run.save(folder, BEFORE);
      run.train(BEFORE, BEFORE + AFTER);
      expected = Replay.bits(model.params());
    }
    Path zip = dir.resolve("model.zip");
    try (Checkpoint checkpoint = folder.open(BEFORE);
        OutputStream out = Files.newOutputStream(zip)) {
      CheckpointExport.writeZip(checkpoint, out, true);
    }
    assertThat(continued(zip, model instanceof ComputationGraph)).isEqualTo(expected);
    assertThat(resumed(supplier.get(), folder)).isEqualTo(expected);
  }

  private static int[] continued(Path zip, boolean graph) throws IOException {
    Model model =
        graph
            ? ModelSerializer.restoreComputationGraph(zip.toFile(), true)
            : ModelSerializer.restoreMultiLayerNetwork(zip.toFile(), true);
    for (int step = BEFORE; step < BEFORE + AFTER; step++) {
      INDArray[] batch = batch(step);
      Nd4j.getRandom().setSeed(1000 + step);
      if (model instanceof MultiLayerNetwork network) {
        network.setEpochCount(epoch(step));
        network.fit(new DataSet(batch[0], batch[1]));
      } else {
        ComputationGraph network = (ComputationGraph) model;
        network.getConfiguration().setEpochCount(epoch(step));
        network.fit(new DataSet(batch[0], batch[1]));
      }
    }
    return Replay.bits(model.params());
  }

  /** Our own servers, fresh ones, from the checkpoint. */
  private static int[] resumed(Model model, CheckpointFolder folder) throws IOException {
    try (Run run = new Run(model);
        Checkpoint checkpoint = folder.open(BEFORE)) {
      run.load(checkpoint);
      run.train(BEFORE, BEFORE + AFTER);
      return Replay.bits(model.params());
    }
  }

  private static int epoch(int step) {
    return step / 3;
  }

  private static INDArray[] batch(int step) {
    Random random = new Random(step);
    INDArray features = Nd4j.create(BATCH, Nets.FEATURES);
    INDArray labels = Nd4j.zeros(BATCH, Nets.CLASSES);
    for (int i = 0; i < BATCH; i++) {
      labels.putScalar(i, random.nextInt(Nets.CLASSES), 1);
      for (int j = 0; j < Nets.FEATURES; j++) {
        features.putScalar(i, j, random.nextFloat());
      }
    }
    return new INDArray[] {features, labels};
  }

  /** An engine and the optimizers of all groups. */
  private static final class Run implements AutoCloseable {
    private final GradientEngine engine;
    private final Model model;
    private final BlockPlan plan;
    private final List<GroupOptimizer> groups = new ArrayList<>();

    Run(Model model) {
      this.model = model;
      engine = Nets.engine(model, BATCH);
      plan = BlockPlan.of(engine.layout());
      for (BlockGroup group : plan.groups()) {
        GroupOptimizer optimizer = new GroupOptimizer(engine.layout(), plan, group);
        groups.add(optimizer);
        optimizer
            .parameters()
            .putBytes(0, engine.parameters(), at(group), optimizer.parameters().capacity());
      }
    }

    void train(int from, int to) {
      for (int step = from; step < to; step++) {
        INDArray[] batch = batch(step);
        Replay.fill(engine.batch().buffer(0), batch[0]);
        Replay.fill(engine.batch().buffer(1), batch[1]);
        assertThat(engine.compute(BATCH, step, epoch(step), 1000 + step)).isFinite();
        for (BlockGroup group : plan.groups()) {
          GroupOptimizer optimizer = groups.get(group.index());
          optimizer
              .gradient()
              .putBytes(0, engine.gradient(), at(group), optimizer.gradient().capacity());
          optimizer.average(BATCH, 1);
          optimizer.update(step, epoch(step), 1);
          publish(group);
        }
      }
    }

    private void publish(BlockGroup group) {
      GroupOptimizer optimizer = groups.get(group.index());
      engine
          .parameters()
          .putBytes(at(group), optimizer.parameters(), 0, optimizer.parameters().capacity());
    }

    void save(CheckpointFolder folder, int step) throws IOException {
      List<CheckpointShard> files = new ArrayList<>();
      for (int server = 0; server < 2; server++) {
        List<Section> sections = new ArrayList<>();
        for (BlockGroup group : plan.groups()) {
          if (group.index() % 2 == server) {
            GroupOptimizer optimizer = groups.get(group.index());
            sections.addAll(
                GroupSections.of(
                    group.index(), step, optimizer.parameters(), optimizer.state(), List.of()));
          }
        }
        files.add(
            CheckpointShardWriter.write(
                FileSystem.getLocal(new Configuration(false)),
                folder.stepFolder(step),
                new CheckpointShardHeader("job", step, "a", server),
                sections));
      }
      String json =
          model instanceof MultiLayerNetwork network
              ? network.getLayerWiseConfigurations().toJson()
              : ((ComputationGraph) model).getConfiguration().toJson();
      Manifest manifest =
          new Manifest(
              Manifest.FORMAT_VERSION,
              "job",
              "a",
              step,
              0,
              new DataCursor(epoch(step), 0, ""),
              Map.of(),
              Fingerprints.ofLayout(engine.layout(), plan),
              "",
              JsonNodeFactory.instance.objectNode(),
              json,
              Map.of(),
              Manifest.groupsOf(plan),
              files);
      assertThat(folder.commit(manifest)).isEqualTo(manifest);
    }

    void load(Checkpoint checkpoint) throws IOException {
      for (BlockGroup group : plan.groups()) {
        GroupOptimizer optimizer = groups.get(group.index());
        assertThat(
                GroupSections.read(
                    checkpoint, group.index(), optimizer.parameters(), optimizer.state()))
            .isEqualTo(BEFORE);
        publish(group);
      }
    }

    private static int at(BlockGroup group) {
      return Math.toIntExact(group.offset() * Float.BYTES);
    }

    @Override
    public void close() {
      groups.forEach(GroupOptimizer::close);
      engine.close();
    }
  }
}
