package io.trireme.kernels.compression;

import io.trireme.common.config.CodecConfig;
import io.trireme.common.config.CompressionConfig;
import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.slots.Seeds;
import io.trireme.common.slots.TreeNode;
import io.trireme.kernels.codec.BlockEncoder;
import io.trireme.kernels.codec.BlockShape;
import io.trireme.kernels.codec.CodecSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * How every block of a job travels, in both directions, in every step. Immutable; equal jobs have
 * equal plans.
 */
public final class CompressionPlan {

  private static final String WARMUP = "warmupSteps";
  private static final long GRADIENT = 0x776179L;
  private static final long CHANGE = 0x6261636bL;

  /** What a plan was made of. */
  private record Source(Layout layout, BlockPlan plan, CompressionConfig config) {}

  private final @Nullable Source source;
  private final List<Segment> segments;
  private final List<BlockCodec> gradients;
  private final List<BlockCodec> changes;
  private final int[] maxGradientBytes;
  private final int[] maxChangeBytes;
  private final int warmupSteps;
  private final long seed;

  private CompressionPlan(
      @Nullable Source source,
      List<Segment> segments,
      List<BlockCodec> gradients,
      List<BlockCodec> changes,
      int warmupSteps,
      long seed) {
    this.source = source;
    this.segments = segments;
    this.gradients = gradients;
    this.changes = changes;
    this.warmupSteps = warmupSteps;
    this.seed = seed;
    Map<BlockCodec, Integer> known = new HashMap<>();
    this.maxGradientBytes = gradients.stream().mapToInt(codec -> maxBytes(codec, known)).toArray();
    this.maxChangeBytes = changes.stream().mapToInt(codec -> maxBytes(codec, known)).toArray();
  }

  private static int maxBytes(BlockCodec codec, Map<BlockCodec, Integer> known) {
    if (codec.isPlain()) {
      return codec.length() * Float.BYTES;
    }
    return known.computeIfAbsent(
        codec,
        made -> {
          try (BlockEncoder encoder = made.encoder()) {
            return encoder.maxEncodedBytes();
          }
        });
  }

  /** Everything plain. */
  public static CompressionPlan plain(BlockPlan plan) {
    List<BlockCodec> plain =
        plan.blocks().stream().map(block -> BlockCodec.plain(block.length())).toList();
    return new CompressionPlan(null, List.of(), plain, plain, 0, 0);
  }

  /**
   * The plan of a job.
   *
   * @param seed the job's
   */
  public static CompressionPlan of(
      Layout layout, BlockPlan plan, CompressionConfig config, long seed) {
    Map<Segment, CodecSpec> gradientSpecs = new HashMap<>();
    for (Segment segment : layout.segments()) {
      gradientSpecs.put(segment, spec(config.of(segment.name()), config.warmupSteps()));
    }
    CodecSpec changeSpec = spec(config.back(), config.warmupSteps());
    List<BlockCodec> gradients = new ArrayList<>();
    List<BlockCodec> changes = new ArrayList<>();
    for (Block block : plan.blocks()) {
      gradients.add(codec(layout, block, gradientSpecs::get));
      changes.add(codec(layout, block, segment -> changeSpec));
    }
    return new CompressionPlan(
        new Source(layout, plan, config),
        layout.segments(),
        gradients,
        changes,
        config.warmupSteps(),
        seed);
  }

  /** As {@link #encodesGradients()} of the plan of such a job, which need not be made. */
  public static boolean encodesGradients(Layout layout, CompressionConfig config) {
    return config.isAuto()
        || layout.segments().stream()
            .anyMatch(segment -> !config.of(segment.name()).codec().equals("none"));
  }

  /**
   * The same job's plan with other codecs.
   *
   * @throws IllegalStateException if this is no plan of a job
   */
  public CompressionPlan with(CodecConfig gradient, CodecConfig change) {
    Source from = source;
    if (from == null) {
      throw new IllegalStateException("a plan of no job has no other codecs");
    }
    return of(from.layout(), from.plan(), from.config().with(gradient, change), seed);
  }

  private static CodecSpec spec(CodecConfig config, int warmupSteps) {
    Map<String, Double> parameters = new HashMap<>(config.parameters());
    if (CodecSpec.parameters(config.codec()).stream().anyMatch(one -> one.name().equals(WARMUP))) {
      parameters.put(WARMUP, (double) warmupSteps);
    }
    return CodecSpec.of(config.codec(), parameters);
  }

  private static BlockCodec codec(
      Layout layout, Block block, Function<Segment, CodecSpec> ofSegment) {
    List<BlockCodec.Part> parts = new ArrayList<>();
    long from = block.offset();
    CodecSpec open = null;
    for (Segment segment : layout.segments()) {
      if (segment.end() <= block.offset() || segment.offset() >= block.end()) {
        continue;
      }
      CodecSpec spec = ofSegment.apply(segment);
      if (open != null && !open.equals(spec)) {
        parts.add(part(layout, block, from, segment.offset(), open));
        from = segment.offset();
      }
      open = spec;
    }
    if (open == null) {
      throw new IllegalArgumentException(block + " is outside of the layout");
    }
    parts.add(part(layout, block, from, block.end(), open));
    BlockCodec codec = new BlockCodec(block.length(), parts);
    return codec.isPlain() ? BlockCodec.plain(block.length()) : codec;
  }

  private static BlockCodec.Part part(
      Layout layout, Block block, long from, long to, CodecSpec spec) {
    Block range = new Block(block.index(), from, (int) (to - from), block.group());
    return new BlockCodec.Part(
        (int) (from - block.offset()), spec, BlockShape.of(layout, range, spec));
  }

  /** How the gradient of a block travels, once it is not plain. */
  public BlockCodec gradientCodec(int block) {
    return gradients.get(block);
  }

  /** How the changes of a block's parameters travel back, once they are not plain. */
  public BlockCodec changeCodec(int block) {
    return changes.get(block);
  }

  /** The most bytes of a block's encoded gradient. */
  public int maxGradientBytes(int block) {
    return maxGradientBytes[block];
  }

  /** The most bytes of a block's encoded change. */
  public int maxChangeBytes(int block) {
    return maxChangeBytes[block];
  }

  /** Whether a step's gradient of a block is encoded. */
  public boolean encodes(int block, long step) {
    BlockCodec codec = gradients.get(block);
    return !codec.isPlain() && (step >= warmupSteps || warmsUpItself(codec));
  }

  /** Whether a contribution to a step may also travel plain, as that of a worker that leaves. */
  public boolean addsPlain(int block, long step) {
    return !encodes(block, step) || gradients.get(block).decodesToGradients();
  }

  private static boolean warmsUpItself(BlockCodec codec) {
    return codec.parts().stream()
        .allMatch(
            part ->
                part.codec() instanceof CodecSpec.Topk || part.codec() instanceof CodecSpec.None);
  }

  /** Whether the change of a block's parameters that a step makes is encoded. */
  public boolean encodesChange(int block, long step) {
    return !changes.get(block).isPlain() && step >= warmupSteps;
  }

  /** Whether any gradient is ever encoded, now or after a change of codecs. */
  public boolean encodesGradients() {
    return (source != null && source.config().isAuto())
        || gradients.stream().anyMatch(codec -> !codec.isPlain());
  }

  /** Whether any change of parameters is ever encoded, now or after a change of codecs. */
  public boolean encodesChanges() {
    return (source != null && source.config().autoBack())
        || changes.stream().anyMatch(codec -> !codec.isPlain());
  }

  /** What is random in the encodings of a node's gradients of a block. */
  public long gradientSeed(int block, TreeNode node) {
    return Seeds.mix(Seeds.mix(Seeds.mix(Seeds.mix(seed, GRADIENT), block), node.lo()), node.hi());
  }

  /** What is random in the encodings of a block's changes. */
  public long changeSeed(int block) {
    return Seeds.mix(Seeds.mix(seed, CHANGE), block);
  }

  /** In words, where a float of the vector belongs. */
  public String placeOf(long index) {
    for (Segment segment : segments) {
      if (index >= segment.offset() && index < segment.end()) {
        return "float " + (index - segment.offset()) + " of segment " + segment.name();
      }
    }
    return "float " + index + " of the vector";
  }
}
