package io.trireme.kernels.optimizer;

import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.GradientNormalization;
import io.trireme.common.layout.LayerSpan;
import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.layout.SegmentKind;
import io.trireme.kernels.memory.NativeThreads;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.nd4j.linalg.learning.config.Adam;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * One step of Adam over the 407,050 parameters of the MLP, all groups one after the other. From the
 * module's folder, after {@code mvn test-compile} at the root:
 *
 * <pre>
 * java -cp target/test-classes:target/classes:... io.trireme.kernels.optimizer.GroupOptimizerBenchmark
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class GroupOptimizerBenchmark {
  private final List<GroupOptimizer> groups = new ArrayList<>();
  private BlockPlan plan = new BlockPlan(List.of(), List.of());
  private long step;

  /** Makes the groups. */
  @Setup
  public void setUp() {
    NativeThreads.use(1);
    Layout layout = mlp();
    plan = BlockPlan.of(layout);
    for (BlockGroup group : plan.groups()) {
      groups.add(new GroupOptimizer(layout, plan, group));
    }
  }

  /** Frees the groups. */
  @TearDown
  public void tearDown() {
    groups.forEach(GroupOptimizer::close);
  }

  /** Division and update. */
  @Benchmark
  public void averageAndUpdate() {
    for (GroupOptimizer group : groups) {
      group.average(64, 2);
      group.update(step, 0, 1);
    }
    step++;
  }

  /** The sum of squares of the whole vector. */
  @Benchmark
  public double sumOfSquares() {
    double sum = 0;
    for (BlockGroup group : plan.groups()) {
      sum += groups.get(group.index()).sumOfSquares(group.firstBlock());
    }
    return sum;
  }

  private static Layout mlp() {
    String adam = UpdaterJson.ofUpdater(new Adam(0.001));
    long[] lengths = {784 * 512, 512, 512 * 10, 10};
    List<Segment> segments = new ArrayList<>();
    long at = 0;
    for (int i = 0; i < lengths.length; i++) {
      segments.add(
          new Segment(
              "p" + i,
              i / 2,
              at,
              lengths[i],
              List.of(lengths[i]),
              'c',
              SegmentKind.WEIGHT,
              adam,
              List.of()));
      at += lengths[i];
    }
    long hidden = lengths[0] + lengths[1];
    return new Layout(
        at,
        segments,
        List.of(
            new LayerSpan("0", 0, hidden, GradientNormalization.None, 1),
            new LayerSpan("1", hidden, at - hidden, GradientNormalization.None, 1)),
        true);
  }

  /** Runs the benchmarks of this class. */
  public static void main(String[] args) throws RunnerException {
    new Runner(new OptionsBuilder().include(GroupOptimizerBenchmark.class.getName()).build()).run();
  }
}
