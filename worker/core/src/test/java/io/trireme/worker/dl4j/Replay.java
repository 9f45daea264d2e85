package io.trireme.worker.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.Layout;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.kernels.optimizer.GroupOptimizer;
import io.trireme.kernels.sum.GlobalNorm;
import io.trireme.worker.engine.EngineProvider;
import io.trireme.worker.engine.GradientEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import org.agrona.MutableDirectBuffer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Trains the same model twice on the same batches: by {@code fit()}, and by engine and servers. */
final class Replay {
  static final int STEPS = 7;
  private static final int[] SIZES = {16, 16, 5};

  private final ExampleSchema schema;
  private final IntUnaryOperator epochOf;
  private final Fitter fitter;

  /** Lets DL4J train on one batch: the rows of each tensor of the schema. */
  interface Fitter {
    void fit(Model model, INDArray[] rows);
  }

  Replay(ExampleSchema schema, IntUnaryOperator epochOf) {
    this(schema, epochOf, Replay::fitFeaturesAndLabels);
  }

  Replay(ExampleSchema schema, IntUnaryOperator epochOf, Fitter fitter) {
    this.schema = schema;
    this.epochOf = epochOf;
    this.fitter = fitter;
  }

  /** Both ways give the same bits, and they do train. */
  static void assertEqualsFit(Supplier<? extends Model> model) {
    assertEqualsFit(model, step -> step / 3);
  }

  static void assertEqualsFit(Supplier<? extends Model> model, IntUnaryOperator epochOf) {
    Replay replay = new Replay(Nets.SCHEMA, epochOf);
    replay.assertEqualsFit(model, model, BlockPlan::of);
  }

  /** As above, with one model for {@code fit()} and an equal one for engine and servers. */
  void assertEqualsFit(
      Supplier<? extends Model> fitted, Supplier<? extends Model> served, Cutter cutter) {
    int[] initial = bits(fitted.get().params());
    assertThat(bits(served.get().params())).isEqualTo(initial);
    int[] expected = fit(fitted.get());
    assertThat(expected).as("fit() must move the parameters").isNotEqualTo(initial);
    assertThat(served(served.get(), cutter, 0)).isEqualTo(expected);
  }

  /** One batch of a step: the rows of each tensor. */
  private INDArray[] batch(int step) {
    Random random = new Random(step);
    int examples = SIZES[step % SIZES.length];
    INDArray[] rows = new INDArray[schema.tensors().size()];
    for (int t = 0; t < rows.length; t++) {
      rows[t] = Nd4j.zeros(examples, schema.tensors().get(t).denseLength());
    }
    for (int i = 0; i < examples; i++) {
      int label = 0;
      for (Role role : List.of(Role.LABEL, Role.FEATURE, Role.MASK, Role.WEIGHT)) {
        for (TensorSpec tensor : schema.of(role)) {
          INDArray row = rows[schema.indexOf(tensor.name())].getRow(i);
          label = fill(row, tensor, label, random);
        }
      }
    }
    return rows;
  }

  /** Random numbers that have to do with a class; the class of a label. */
  private int fill(INDArray row, TensorSpec tensor, int label, Random random) {
    int drawn = label;
    if (tensor.isOneHot()) {
      for (int at = 0; at < tensor.length(); at++) {
        drawn = random.nextInt(tensor.categories());
        row.putScalar(at * tensor.categories() + drawn, 1);
      }
      return drawn;
    }
    int classes = Math.max(2, schema.of(Role.LABEL).get(0).categories());
    for (int j = 0; j < tensor.denseLength(); j++) {
      switch (tensor.role()) {
        case FEATURE, LABEL ->
            row.putScalar(j, random.nextFloat() + (j % classes == label ? 0.5f : 0));
        case MASK -> row.putScalar(j, j == 0 || random.nextInt(3) > 0 ? 1 : 0);
        case WEIGHT -> row.putScalar(j, random.nextInt(3));
      }
    }
    return drawn;
  }

  private static void fitFeaturesAndLabels(Model model, INDArray[] rows) {
    DataSet data = new DataSet(rows[0], rows[1]);
    if (model instanceof MultiLayerNetwork network) {
      network.fit(data);
    } else {
      ((ComputationGraph) model).fit(data);
    }
  }

  int[] fit(Model model) {
    for (int step = 0; step < STEPS; step++) {
      Dl4jNetwork.of(model).position(step, epochOf.applyAsInt(step));
      Nd4j.getRandom().setSeed(1000 + step);
      fitter.fit(model, batch(step));
    }
    return bits(model.params());
  }

  /** How a layout is cut. */
  interface Cutter {
    BlockPlan cut(Layout layout);
  }

  int[] served(Model model, Cutter cutter, double clipGlobalNorm) {
    List<GroupOptimizer> servers = new ArrayList<>();
    try (GradientEngine engine = Dl4jModel.of(model, schema).engine(EngineProvider.CPU, 16)) {
      BlockPlan plan = cutter.cut(engine.layout());
      for (BlockGroup group : plan.groups()) {
        GroupOptimizer server = new GroupOptimizer(engine.layout(), plan, group);
        servers.add(server);
        server
            .parameters()
            .putBytes(0, engine.parameters(), at(group), server.parameters().capacity());
      }
      for (int step = 0; step < STEPS; step++) {
        step(engine, plan, servers, step, clipGlobalNorm);
      }
      return bits(model.params());
    } finally {
      servers.forEach(GroupOptimizer::close);
    }
  }

  private void step(
      GradientEngine engine,
      BlockPlan plan,
      List<GroupOptimizer> servers,
      int step,
      double clipGlobalNorm) {
    INDArray[] batch = batch(step);
    int examples = (int) batch[0].size(0);
    for (int t = 0; t < batch.length; t++) {
      fill(engine.batch().buffer(t), batch[t]);
    }
    int epoch = epochOf.applyAsInt(step);
    double score = engine.compute(examples, step, epoch, 1000 + step);
    assertThat(score).isFinite();
    double sum = 0;
    for (BlockGroup group : plan.groups()) {
      GroupOptimizer server = servers.get(group.index());
      server.gradient().putBytes(0, engine.gradient(), at(group), server.gradient().capacity());
      server.average(examples, 1);
      for (Block block : plan.blocksOf(group)) {
        sum += server.sumOfSquares(block.index());
      }
    }
    for (BlockGroup group : plan.groups()) {
      GroupOptimizer server = servers.get(group.index());
      server.update(step, epoch, GlobalNorm.scale(sum, clipGlobalNorm));
      engine
          .parameters()
          .putBytes(at(group), server.parameters(), 0, server.parameters().capacity());
    }
  }

  private static int at(BlockGroup group) {
    return Math.toIntExact(group.offset() * Float.BYTES);
  }

  static void fill(MutableDirectBuffer buffer, INDArray values) {
    float[] floats = values.dup('c').data().asFloat();
    for (int i = 0; i < floats.length; i++) {
      buffer.putFloat(i * Float.BYTES, floats[i]);
    }
  }

  static int[] bits(INDArray values) {
    float[] floats = values.dup().data().asFloat();
    int[] bits = new int[floats.length];
    for (int i = 0; i < bits.length; i++) {
      bits[i] = Float.floatToRawIntBits(floats[i]);
    }
    return bits;
  }
}
