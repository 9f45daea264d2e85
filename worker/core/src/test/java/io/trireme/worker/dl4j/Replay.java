package io.trireme.worker.dl4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.Layout;
import io.trireme.kernels.optimizer.GroupOptimizer;
import io.trireme.kernels.sum.GlobalNorm;
import io.trireme.worker.engine.InputFacts;
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

  private final InputFacts facts;
  private final IntUnaryOperator epochOf;

  Replay(InputFacts facts, IntUnaryOperator epochOf) {
    this.facts = facts;
    this.epochOf = epochOf;
  }

  /** Both ways give the same bits, and they do train. */
  static void assertEqualsFit(Supplier<? extends Model> model) {
    assertEqualsFit(model, step -> step / 3);
  }

  static void assertEqualsFit(Supplier<? extends Model> model, IntUnaryOperator epochOf) {
    Replay replay = new Replay(Nets.FACTS, epochOf);
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

  /** One batch of a step. */
  private INDArray[] batch(int step) {
    Random random = new Random(step);
    int examples = SIZES[step % SIZES.length];
    INDArray features = Nd4j.create(examples, facts.featureLength());
    INDArray labels = Nd4j.zeros(examples, facts.classes());
    for (int i = 0; i < examples; i++) {
      int label = random.nextInt(facts.classes());
      labels.putScalar(i, label, 1);
      for (int j = 0; j < facts.featureLength(); j++) {
        features.putScalar(i, j, random.nextFloat() + (j % facts.classes() == label ? 0.5f : 0));
      }
    }
    return new INDArray[] {features, labels};
  }

  int[] fit(Model model) {
    for (int step = 0; step < STEPS; step++) {
      INDArray[] batch = batch(step);
      Nd4j.getRandom().setSeed(1000 + step);
      DataSet data = new DataSet(batch[0], batch[1]);
      if (model instanceof MultiLayerNetwork network) {
        network.setEpochCount(epochOf.applyAsInt(step));
        network.fit(data);
      } else {
        ComputationGraph graph = (ComputationGraph) model;
        graph.getConfiguration().setEpochCount(epochOf.applyAsInt(step));
        graph.fit(data);
      }
    }
    return bits(model.params());
  }

  /** How a layout is cut. */
  interface Cutter {
    BlockPlan cut(Layout layout);
  }

  int[] served(Model model, Cutter cutter, double clipGlobalNorm) {
    List<GroupOptimizer> servers = new ArrayList<>();
    try (Dl4jEngine engine = new Dl4jEngine(model, facts, 16)) {
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
      Dl4jEngine engine,
      BlockPlan plan,
      List<GroupOptimizer> servers,
      int step,
      double clipGlobalNorm) {
    INDArray[] batch = batch(step);
    int examples = (int) batch[0].size(0);
    fill(engine.features(), batch[0]);
    fill(engine.labels(), batch[1]);
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
