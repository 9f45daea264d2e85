package io.trireme.worker;

import io.trireme.common.config.CodecConfig;
import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.message.CodecRate;
import io.trireme.kernels.codec.BlockDecoder;
import io.trireme.kernels.codec.BlockEncoder;
import io.trireme.kernels.compression.BlockCodec;
import io.trireme.kernels.compression.CompressionPlan;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.agrona.BufferUtil;
import org.agrona.concurrent.NanoClock;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * Measures on the calling thread what codecs cost and save on a job's own blocks. Blocks that
 * travel alike and are of one length are measured once.
 */
public final class CodecMeter {

  /** Time for each kind of block and codec; most of it lets the compiler come to the fast code. */
  private static final long BUDGET_NS = TimeUnit.MILLISECONDS.toNanos(40);

  private static final int MIN_ROUNDS = 5;

  private final CompressionPlan plan;
  private final BlockPlan blocks;
  private final NanoClock clock;

  /** A meter of a job's blocks. */
  public CodecMeter(CompressionPlan plan, BlockPlan blocks, NanoClock clock) {
    this.plan = plan;
    this.blocks = blocks;
    this.clock = clock;
  }

  /** What each codec costs and saves, once for the whole vector. */
  public List<CodecRate> measure(List<CodecConfig> codecs) {
    List<CodecRate> rates = new ArrayList<>();
    for (CodecConfig codec : codecs) {
      rates.add(measure(codec));
    }
    return rates;
  }

  private CodecRate measure(CodecConfig config) {
    CompressionPlan of = plan.with(config, CodecConfig.NONE);
    Map<BlockCodec, CodecRate> known = new HashMap<>();
    double encode = 0;
    double decode = 0;
    double bytes = 0;
    double plain = 0;
    for (Block block : blocks.blocks()) {
      BlockCodec codec = of.gradientCodec(block.index());
      plain += block.lengthBytes();
      if (codec.isPlain()) {
        bytes += block.lengthBytes();
        continue;
      }
      CodecRate rate = known.computeIfAbsent(codec, made -> measure(config.codec(), made));
      encode += rate.encodeSeconds();
      decode += rate.decodeSeconds();
      bytes += rate.ratio() * block.lengthBytes();
    }
    return new CodecRate(config.codec(), encode, decode, bytes / plain);
  }

  private CodecRate measure(String name, BlockCodec codec) {
    int lengthBytes = codec.length() * Float.BYTES;
    List<ByteBuffer> memory = new ArrayList<>();
    try (BlockEncoder encoder = codec.encoder()) {
      UnsafeBuffer floats = allocate(lengthBytes, memory);
      UnsafeBuffer sum = allocate(lengthBytes, memory);
      UnsafeBuffer encoded = allocate(encoder.maxEncodedBytes(), memory);
      BlockDecoder decoder = codec.decoder();
      SplittableRandom random = new SplittableRandom(codec.length());
      for (int at = 0; at < lengthBytes; at += Float.BYTES) {
        floats.putFloat(at, (float) (random.nextDouble(-1, 1) * 1e-2));
      }
      long encodeNs = Long.MAX_VALUE;
      long decodeNs = Long.MAX_VALUE;
      int length = 0;
      long start = clock.nanoTime();
      for (int round = 0; round < MIN_ROUNDS || clock.nanoTime() - start < BUDGET_NS; round++) {
        long from = clock.nanoTime();
        length = encoder.encode(1_000_000L + round, 1, floats, 0, encoded, 0);
        long middle = clock.nanoTime();
        boolean good = length > 0 && decoder.decodeAndAdd(encoded, 0, length, sum, 0);
        long to = clock.nanoTime();
        if (!good) {
          throw new IllegalStateException(name + " cannot decode what it has just encoded");
        }
        encodeNs = Math.min(encodeNs, middle - from);
        decodeNs = Math.min(decodeNs, to - middle);
      }
      return new CodecRate(name, encodeNs / 1e9, decodeNs / 1e9, (double) length / lengthBytes);
    } finally {
      memory.forEach(BufferUtil::free);
    }
  }

  private static UnsafeBuffer allocate(int bytes, List<ByteBuffer> memory) {
    ByteBuffer made = ByteBuffer.allocateDirect(bytes);
    memory.add(made);
    return new UnsafeBuffer(made);
  }
}
