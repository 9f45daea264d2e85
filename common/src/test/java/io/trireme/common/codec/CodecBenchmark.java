package io.trireme.common.codec;

import java.util.Arrays;
import java.util.Collection;
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
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * Encoders and decoders on blocks of 1 MiB, one after the other, beside a memory copy. From the
 * root of a clone, some five minutes on an idle core:
 *
 * <pre>
 * mvn -B -pl common test -Dtest=CodecBenchmark
 * mvn -B -pl common test -Dtest=CodecBenchmark -Djvm.vector=-Dplain   # without
 * </pre>
 *
 * <p>It prints GB/s of floats: those that are encoded, and those that are added to. With {@code
 * blocks} 40, gradients and residuals come from memory; with 2, from the second-level and
 * third-level caches. The copy is of as many floats.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 6, time = 250, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 12, time = 150, timeUnit = TimeUnit.MILLISECONDS)
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
    for (int i = 0; i < blocks; i++) {
      gradients[i] = Codecs.of(Codecs.gaussian(i, LENGTH, 1));
      sums[i] = Codecs.of(Codecs.gaussian(i, LENGTH, 1));
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

  /** Measures and prints. */
  @Test
  void printsTheSpeeds() throws RunnerException {
    String include = CodecBenchmark.class.getName();
    print(
        new Runner(
                new OptionsBuilder()
                    .include(include + ".(encode|decodeAndAdd)")
                    .shouldFailOnError(true)
                    .build())
            .run());
    print(
        new Runner(new OptionsBuilder().include(include + ".copy").param("codec", "none").build())
            .run());
  }

  private static void print(Collection<RunResult> results) {
    Map<String, double[]> speeds = new TreeMap<>();
    for (RunResult result : results) {
      String label =
          String.format(
              "%2s blocks  %-10s %-12s",
              result.getParams().getParam("blocks"),
              result.getParams().getParam("codec"),
              result.getPrimaryResult().getLabel());
      speeds.put(
          label,
          result.getBenchmarkResults().stream()
              .flatMap(fork -> fork.getIterationResults().stream())
              .mapToDouble(iteration -> BLOCK_BYTES / iteration.getPrimaryResult().getScore())
              .sorted()
              .toArray());
    }
    System.out.printf("%n%-40s %8s %8s   GB/s of floats%n", "", "median", "best");
    speeds.forEach(
        (label, speed) ->
            System.out.printf(
                "%-40s %8.2f %8.2f%n",
                label, speed[speed.length / 2], Arrays.stream(speed).max().orElse(0)));
  }
}
