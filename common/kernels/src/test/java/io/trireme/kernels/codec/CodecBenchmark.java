package io.trireme.kernels.codec;

import io.trireme.kernels.codec.tile.Memory;
import io.trireme.kernels.codec.tile.Tiles;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.util.Statistics;

/**
 * Encoders and decoders on blocks of 1 MiB, one after the other, beside a memory copy and beside
 * the least that an encoder with a residual does to memory. From the root of a clone, six minutes
 * on a busy machine:
 *
 * <pre>
 * run="mvn -B -pl common/kernels -am test -Dsurefire.failIfNoSpecifiedTests=false"
 * $run -Dtest=CodecBenchmark
 * $run -Dtest=CodecBenchmark -Djvm.vector=-Dplain   # without the Vector API
 * </pre>
 *
 * <p>It prints GB/s of floats: those that are encoded, and those that are added to. With {@code
 * blocks} 40, gradients and residuals come from memory; with 2, from the second-level and
 * third-level caches. Of the times of single calls it takes the one that a tenth of them do not
 * exceed, so that a loaded machine disturbs little; it also prints their median, and bytes that a
 * call allocates.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 1, time = 1200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 1, time = 800, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1)
public class CodecBenchmark {

  private static final int LENGTH = 256 * 1024;
  private static final int BLOCK_BYTES = LENGTH * Float.BYTES;
  private static final BlockShape SHAPE =
      new BlockShape(LENGTH, List.of(), List.of(new MatrixPart(new FloatRange(0, LENGTH), 512)));

  /** The codec. */
  @Param({"none", "bf16", "fp16", "int8", "onebit", "threshold", "topk", "thc", "powersgd"})
  public String codec = "";

  /** Blocks that take turns. */
  @Param({"40", "2"})
  public int blocks;

  private UnsafeBuffer[] gradients = new UnsafeBuffer[0];
  private UnsafeBuffer[] sums = new UnsafeBuffer[0];
  private UnsafeBuffer[] messages = new UnsafeBuffer[0];
  private BlockEncoder[] encoders = new BlockEncoder[0];
  private BlockDecoder decoder = new PlainDecoder(0);
  private final float[] tile = new float[Tiles.SIZE];
  private int next;
  private long step;

  /** Encodes every block twice. */
  @Setup
  public void setUp() {
    CodecSpec spec = CodecSpec.of(codec);
    gradients = new UnsafeBuffer[blocks];
    sums = new UnsafeBuffer[blocks];
    messages = new UnsafeBuffer[blocks];
    encoders = new BlockEncoder[blocks];
    decoder = spec.decoder(SHAPE);
    float[] values = Codecs.gaussian(1, LENGTH, 1);
    for (int i = 0; i < blocks; i++) {
      gradients[i] = Codecs.of(values);
      sums[i] = Codecs.of(values);
      encoders[i] = spec.encoder(SHAPE);
      messages[i] = Codecs.offHeap(encoders[i].maxEncodedBytes());
    }
    for (int i = 0; i < 2 * blocks; i++) {
      encode();
    }
  }

  /** Frees the residuals. */
  @TearDown(Level.Trial)
  public void tearDown() {
    for (BlockEncoder encoder : encoders) {
      encoder.close();
    }
  }

  private int turn() {
    next = next + 1 == blocks ? 0 : next + 1;
    step += next == 0 ? 1 : 0;
    return next;
  }

  /** Finds out whether all floats are finite, adds the residual, encodes, keeps the rest. */
  @Benchmark
  public int encode() {
    int block = turn();
    return encoders[block].encode(step, block, gradients[block], 0, messages[block], 0);
  }

  /** Adds what was encoded to a block. */
  @Benchmark
  public boolean decodeAndAdd() {
    int block = turn();
    int bytes = encoders[block].encodedBytes();
    decoder.reset();
    return decoder.decodeAndAdd(messages[block], 0, bytes, sums[block], 0);
  }

  /** Copies the floats. */
  @Benchmark
  public void copy() {
    int block = turn();
    Memory.copy(gradients[block], 0, sums[block], 0, BLOCK_BYTES);
  }

  /**
   * Reads gradients and residuals and writes residuals, tile by tile, as every encoder with a
   * residual must.
   */
  @Benchmark
  public void streams() {
    int block = turn();
    for (int at = 0; at < BLOCK_BYTES; at += 4 * Tiles.SIZE) {
      Memory.load(gradients[block], at, tile, 0, Tiles.SIZE);
      Memory.load(sums[block], at, tile, 0, Tiles.SIZE);
      Memory.store(tile, 0, sums[block], at, Tiles.SIZE);
    }
  }

  /** Measures and prints. */
  @Test
  void printsTheSpeeds() throws RunnerException {
    String include = CodecBenchmark.class.getName();
    List<RunResult> results =
        new ArrayList<>(run(options(include + ".(copy|streams)").param("codec", "none")));
    results.addAll(run(options(include + ".(encode|decodeAndAdd)")));
    System.out.printf("%nGB/s of floats, the best tenth; ratio to a copy; median%n");
    System.out.printf(
        "| what | codec | 2 blocks | 40 blocks | bytes allocated |%n|---|---|---|---|---|%n");
    Map<String, Speed> copies = new TreeMap<>();
    Map<String, Map<String, String>> rows = new LinkedHashMap<>();
    Map<String, Double> allocated = new TreeMap<>();
    for (RunResult result : results) {
      String what = result.getPrimaryResult().getLabel();
      String size = result.getParams().getParam("blocks");
      String row =
          what.equals("copy") || what.equals("streams")
              ? what + " | "
              : what + " | " + result.getParams().getParam("codec");
      Speed speed = Speed.of(result);
      if (what.equals("copy")) {
        copies.put(size, speed);
      }
      rows.computeIfAbsent(row, key -> new TreeMap<>())
          .put(size, speed.toString(copies.getOrDefault(size, speed)));
      allocated.merge(row, Speed.allocated(result), Math::max);
    }
    rows.forEach(
        (row, cells) ->
            System.out.printf(
                "| %s | %s | %s | %.0f |%n",
                row, cells.get("2"), cells.get("40"), allocated.get(row)));
  }

  private static ChainedOptionsBuilder options(String include) {
    return new OptionsBuilder()
        .include(include)
        .addProfiler(GCProfiler.class)
        .shouldFailOnError(true);
  }

  private static Collection<RunResult> run(ChainedOptionsBuilder options) throws RunnerException {
    return new Runner(options.build()).run();
  }

  /** GB/s of floats. */
  private record Speed(double best, double median) {

    static Speed of(RunResult result) {
      Statistics times = result.getPrimaryResult().getStatistics();
      return new Speed(
          BLOCK_BYTES / times.getPercentile(10), BLOCK_BYTES / times.getPercentile(50));
    }

    static double allocated(RunResult result) {
      return result.getSecondaryResults().entrySet().stream()
          .filter(each -> each.getKey().endsWith("gc.alloc.rate.norm"))
          .mapToDouble(each -> each.getValue().getScore())
          .max()
          .orElse(Double.NaN);
    }

    String toString(Speed copy) {
      return String.format("%.1f; %.2f; %.1f", best, best / copy.best, median);
    }
  }
}
