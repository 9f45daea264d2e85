package io.trireme.kernels.optimizer;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.GradientNormalization;
import io.trireme.common.layout.LayerSpan;
import io.trireme.common.layout.Layout;
import io.trireme.common.layout.Segment;
import io.trireme.common.layout.SegmentKind;
import io.trireme.kernels.memory.FloatVector;
import io.trireme.kernels.memory.NativeThreads;
import io.trireme.kernels.optimizer.Ranges.Range;
import java.util.ArrayList;
import java.util.List;
import org.agrona.MutableDirectBuffer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * Parameters, gradient and updater state of one group of blocks, and the step over them.
 *
 * <p>A step is: write the sum over slots into {@link #gradient()}, {@link #average}, where the
 * gradient is clipped by its global norm add up {@link #sumOfSquares} over all blocks of the vector
 * and take {@link io.trireme.kernels.sum.GlobalNorm#scale}, then {@link #update}. The floats of
 * {@link #parameters()} are then those that DL4J's {@code fit()} has, bit for bit.
 *
 * <p>Every operation but a norm is element by element, so that its result depends neither on how
 * the vector is cut into groups nor on the number of native threads; a norm depends on the latter,
 * as it does in {@code fit()}.
 *
 * <p>Not thread-safe; {@link NativeThreads#use} belongs on the thread that calls it.
 */
public final class GroupOptimizer implements GroupUpdater {
  private final Layout layout;
  private final BlockPlan plan;
  private final BlockGroup group;
  private final FloatVector parameters;
  private final FloatVector gradient;
  private final List<Range<SegmentKind>> kinds;
  private final List<INDArray> weights = new ArrayList<>();
  private final List<INDArray> statistics = new ArrayList<>();
  private final List<Normalizer> normalizers;
  private final List<UpdaterBlock> slices;

  /**
   * An optimizer with parameters and gradient of zero and the updater state of a first step.
   *
   * @param layout the model's vector
   * @param plan its blocks
   * @param group the group of the plan to hold
   * @throws IllegalArgumentException if the group cuts a layer whose normalisation needs a norm, or
   *     needs 2^31 bytes or more, or an updater's text cannot be read
   */
  public GroupOptimizer(Layout layout, BlockPlan plan, BlockGroup group) {
    this.layout = layout;
    this.plan = plan;
    this.group = group;
    parameters = FloatVector.zeros("parameters of group " + group.index(), group.length());
    gradient = FloatVector.zeros("gradient of group " + group.index(), group.length());
    kinds = Ranges.of(layout.segments(), group.offset(), group.end(), Segment::kind);
    for (Range<SegmentKind> range : kinds) {
      (range.key() == SegmentKind.WEIGHT ? weights : statistics)
          .add(gradient.view(range.from(), range.to()));
    }
    normalizers = normalizers();
    slices = slices();
  }

  private List<Normalizer> normalizers() {
    List<Normalizer> all = new ArrayList<>();
    for (int i = 0; i < layout.layers().size(); i++) {
      LayerSpan layer = layout.layers().get(i);
      long from = Math.max(group.offset(), layer.offset());
      long to = Math.min(group.end(), layer.end());
      if (from >= to || layer.normalization() == GradientNormalization.None) {
        continue;
      }
      if (layer.normalization().spansLayer() && to - from != layer.length()) {
        throw new IllegalArgumentException(
            "group "
                + group.index()
                + " holds "
                + (to - from)
                + " of "
                + layer.length()
                + " floats of layer "
                + layer.name()
                + ", whose normalisation "
                + layer.normalization()
                + " needs them all in one group");
      }
      INDArray floats = gradient.view(from - group.offset(), to - group.offset());
      List<INDArray> each =
          layer.normalization().spansLayer() ? gradientsOfLayer(i) : List.<INDArray>of();
      all.add(new Normalizer(layer.normalization(), layer.threshold(), floats, each));
    }
    return all;
  }

  private List<INDArray> gradientsOfLayer(int layer) {
    List<INDArray> each = new ArrayList<>();
    for (Segment segment : layout.segments()) {
      if (segment.layer() == layer) {
        long[] shape = segment.shape().stream().mapToLong(Long::longValue).toArray();
        long from = segment.offset() - group.offset();
        each.add(gradient.view(from, from + segment.length()).reshape(segment.order(), shape));
      }
    }
    return each;
  }

  private List<UpdaterBlock> slices() {
    List<UpdaterBlock> all = new ArrayList<>();
    for (Range<String> range :
        Ranges.of(layout.segments(), group.offset(), group.end(), Segment::updater)) {
      List<Regularizer> regularizers = new ArrayList<>();
      for (Range<List<String>> part :
          Ranges.of(
              layout.segments(),
              group.offset() + range.from(),
              group.offset() + range.to(),
              Segment::regularization)) {
        if (!part.key().isEmpty()) {
          int from = range.from() + part.from();
          int to = range.from() + part.to();
          regularizers.add(
              new Regularizer(part.key(), parameters.view(from, to), gradient.view(from, to)));
        }
      }
      all.add(new UpdaterBlock(range.key(), gradient.view(range.from(), range.to()), regularizers));
    }
    return all;
  }

  /** The group's parameters: float32 in native order. The caller writes the initial ones. */
  @Override
  public MutableDirectBuffer parameters() {
    return parameters.buffer();
  }

  /**
   * The group's gradient: float32 in native order. The caller writes the sum over slots; the
   * methods below change it in place.
   */
  @Override
  public MutableDirectBuffer gradient() {
    return gradient.buffer();
  }

  /**
   * The updater state, slice by slice in ascending order, each a buffer of float32 in native order;
   * slices without state are absent. Within one slice the order is the updater's own, as in DL4J's
   * updater view. Contents may be replaced to resume.
   */
  @Override
  public List<MutableDirectBuffer> state() {
    List<MutableDirectBuffer> buffers = new ArrayList<>();
    for (UpdaterBlock slice : slices) {
      FloatVector state = slice.state();
      if (state != null) {
        buffers.add(state.buffer());
      }
    }
    return List.copyOf(buffers);
  }

  /**
   * Makes the mean of the sum, then normalises layer by layer, as DL4J's updater does: weights are
   * divided by the number of examples where the layout asks for it, statistics by the number of
   * slots that contributed; then each layer's normalisation, which as in DL4J acts on statistics
   * too.
   *
   * @param examples examples in the sum, over all slots
   * @param filledSlots slots in the sum that had at least one example
   */
  @Override
  public void average(int examples, int filledSlots) {
    if (examples < 1 || filledSlots < 1) {
      throw new IllegalArgumentException(
          "examples " + examples + ", filled slots " + filledSlots + ", expected 1 or more");
    }
    if (layout.miniBatch()) {
      for (INDArray range : weights) {
        range.divi(examples);
      }
    }
    if (filledSlots > 1) {
      for (INDArray range : statistics) {
        range.divi(filledSlots);
      }
    }
    for (Normalizer normalizer : normalizers) {
      normalizer.apply();
    }
  }

  /**
   * The sum of squares of the gradient's weights in one block, statistics left out, added in a
   * fixed order in double precision.
   *
   * @param block index, in the plan, of one of the group's blocks
   */
  @Override
  public double sumOfSquares(int block) {
    if (block < group.firstBlock() || block >= group.firstBlock() + group.blocks()) {
      throw new IllegalArgumentException(
          "block "
              + block
              + " is not in group "
              + group.index()
              + ", which has "
              + group.blocks()
              + " from "
              + group.firstBlock());
    }
    Block floats = plan.blocks().get(block);
    int start = (int) (floats.offset() - group.offset());
    double sum = 0;
    for (Range<SegmentKind> range : kinds) {
      if (range.key() == SegmentKind.WEIGHT) {
        int from = Math.max(start, range.from());
        int to = Math.min(start + floats.length(), range.to());
        sum += SumOfSquares.of(gradient.buffer(), from, to);
      }
    }
    return sum;
  }

  /**
   * Applies the step: weights' gradients times {@code scale}, L1 and L2, the updater, weight decay,
   * and then the parameters minus what that gives, which is what {@link #gradient()} then holds.
   *
   * @param step the step, from 0 over the whole job
   * @param epoch the epoch, from 0
   * @param scale what clipping by global norm asks for; 1 for nothing
   */
  @Override
  public void update(long step, int epoch, double scale) {
    update(step, epoch, scale, step);
  }

  /**
   * As the other, with a state that is younger than the job.
   *
   * @param step the step, from 0 over the whole job: the time of schedules
   * @param age steps since the state began anew, from 0: what corrections of bias (Adam and its
   *     kin) and a schedule of Nesterov's momentum count
   */
  public void update(long step, int epoch, double scale, long age) {
    if (!Double.isFinite(scale)) {
      throw new IllegalArgumentException(
          "step " + step + ", group " + group.index() + ": scale " + scale + ", expected a number");
    }
    int iteration = Math.toIntExact(step);
    if (scale != 1) {
      for (INDArray range : weights) {
        range.muli(scale);
      }
    }
    for (UpdaterBlock slice : slices) {
      slice.update(Math.toIntExact(age), iteration, epoch);
    }
    parameters.array().subi(gradient.array());
  }

  /** Forgets all earlier steps: the updater state is that of a first step again. */
  public void restart() {
    slices.forEach(UpdaterBlock::restart);
  }

  /** Frees the memory; all buffers are empty from then on. */
  @Override
  public void close() {
    slices.forEach(UpdaterBlock::close);
    gradient.close();
    parameters.close();
  }
}
