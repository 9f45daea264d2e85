package io.trireme.kernels.sum;

import io.trireme.common.slots.ReductionTree;
import io.trireme.common.slots.TreeNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.agrona.DirectBuffer;
import org.agrona.UnsafeApi;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * The sum of eight streams of 1 MiB blocks, over 320 MiB of streams and 40 MiB of sums, against
 * what the memory allows. From the root of a clone, about a minute:
 *
 * <pre>
 * mvn -B -pl common/kernels -am test -Dtest=BlockSumBenchmark -Dsurefire.failIfNoSpecifiedTests=false
 * </pre>
 *
 * <p>It prints GB/s of bytes read and written, and the ratios. The bound copies the streams into
 * the first-level cache in the same tiles, and the last of them out again, without adding.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 20, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 3)
public class BlockSumBenchmark {

  private static final int STREAMS = 8;
  private static final int BLOCKS = 40;
  private static final int LENGTH = 256 * 1024;
  private static final int BLOCK_BYTES = LENGTH * Float.BYTES;
  private static final long FLOATS = UnsafeApi.arrayBaseOffset(float[].class);

  private final BlockSum kernel = new BlockSum();
  private final float[] tile = new float[BlockSum.TILE];
  private final DirectBuffer[][] streams = new DirectBuffer[BLOCKS][STREAMS];
  private final UnsafeBuffer[] sums = new UnsafeBuffer[BLOCKS];
  private SumProgram program = new SumProgram(List.of(), 0, 0);
  private int next;

  /** Fills the streams. */
  @Setup
  public void setUp() {
    ReductionTree tree = new ReductionTree(STREAMS);
    List<TreeNode> leaves = new ArrayList<>();
    for (int k = 0; k < STREAMS; k++) {
      leaves.add(new TreeNode(k, k + 1));
      float[] values = new float[LENGTH];
      for (int block = 0; block < BLOCKS; block++) {
        Arrays.fill(values, k + block);
        streams[block][k] = TreeSums.offHeap(values);
      }
    }
    for (int block = 0; block < BLOCKS; block++) {
      sums[block] = TreeSums.offHeap(BLOCK_BYTES);
    }
    program = SumProgram.over(tree, leaves);
  }

  private int turn() {
    next = next + 1 == BLOCKS ? 0 : next + 1;
    return next;
  }

  /** The kernel: 8 MiB read, 1 MiB written. */
  @Benchmark
  public void sum() {
    int block = turn();
    kernel.sum(program, streams[block], sums[block], 0, LENGTH);
  }

  /** The bound: 8 MiB read, 1 MiB written, nothing added. */
  @Benchmark
  public void tiledCopy() {
    int block = turn();
    long bytes = (long) tile.length * Float.BYTES;
    for (long from = 0; from < BLOCK_BYTES; from += bytes) {
      for (DirectBuffer stream : streams[block]) {
        UnsafeApi.copyMemory(null, stream.addressOffset() + from, tile, FLOATS, bytes);
      }
      UnsafeApi.copyMemory(tile, FLOATS, null, sums[block].addressOffset() + from, bytes);
    }
  }

  /** Long copies: 4 MiB read, 4 MiB written. */
  @Benchmark
  public void longCopy() {
    DirectBuffer[] block = streams[turn()];
    for (int k = 0; k < STREAMS; k += 2) {
      UnsafeApi.copyMemory(block[k].addressOffset(), block[k + 1].addressOffset(), BLOCK_BYTES);
    }
  }

  /** Measures all three and prints the ratios. */
  @Test
  void printsTheRatios() throws RunnerException {
    Collection<RunResult> results =
        new Runner(new OptionsBuilder().include(BlockSumBenchmark.class.getName()).build()).run();
    Map<String, double[]> speeds = new LinkedHashMap<>();
    for (RunResult result : results) {
      String name = result.getPrimaryResult().getLabel();
      double bytes = name.equals("longCopy") ? 8.0 * BLOCK_BYTES : 9.0 * BLOCK_BYTES;
      double[] speed =
          result.getBenchmarkResults().stream()
              .flatMap(fork -> fork.getIterationResults().stream())
              .mapToDouble(iteration -> bytes / iteration.getPrimaryResult().getScore())
              .sorted()
              .toArray();
      speeds.put(name, speed);
    }
    System.out.printf("%n%-10s %12s %12s   GB/s, read and written%n", "", "median", "best");
    speeds.forEach(
        (name, speed) ->
            System.out.printf("%-10s %12.2f %12.2f%n", name, median(speed), best(speed)));
    double[] sum = speeds.getOrDefault("sum", new double[1]);
    for (String bound : List.of("tiledCopy", "longCopy")) {
      double[] speed = speeds.getOrDefault(bound, new double[1]);
      System.out.printf(
          "sum / %-10s %6.2f %12.2f%n",
          bound, median(sum) / median(speed), best(sum) / best(speed));
    }
  }

  private static double median(double[] sorted) {
    return sorted[sorted.length / 2];
  }

  private static double best(double[] sorted) {
    return sorted[sorted.length - 1];
  }
}
