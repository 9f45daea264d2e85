package io.trireme.cuda;

import io.trireme.cuda.driver.CudaException;
import io.trireme.cuda.driver.Owner;
import io.trireme.cuda.engine.GradientEncoder;
import io.trireme.cuda.engine.KernelTime;
import io.trireme.cuda.engine.Network;
import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.CodedBlock;
import io.trireme.cuda.spec.GradientCodec;
import io.trireme.cuda.spec.Precision;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Computes gradients of one network on one card. Its buffers are pinned memory in native order:
 * write features, labels and parameters, call {@link #compute}, read the gradient. A step allocates
 * nothing; the first step of each batch size records its graph. Repeats have equal bits. One thread
 * uses an engine at a time.
 */
public final class CudaEngine implements Owner.Owned {
  private final Network network;

  private CudaEngine(Network network) {
    this.network = network;
  }

  /**
   * An engine that computes in float, with the same bits on every card.
   *
   * @param device the card, which outlives the engine
   * @param maxExamples the largest minibatch
   * @throws CudaException if it does not fit into the card's memory, or the driver refuses
   */
  public static CudaEngine open(CudaDevice device, ChainSpec spec, int maxExamples) {
    return open(device, spec, maxExamples, Precision.EXACT);
  }

  /**
   * An engine.
   *
   * @param device the card, which outlives the engine
   * @param maxExamples the largest minibatch
   * @param precision how products multiply
   * @throws CudaException if it does not fit into the card's memory, the card has no tensor cores
   *     for the precision, or the driver refuses
   */
  public static CudaEngine open(
      CudaDevice device, ChainSpec spec, int maxExamples, Precision precision) {
    return new CudaEngine(Network.open(device.context(), spec, maxExamples, precision));
  }

  /** {@code float [examples][features]}; images are {@code [channels][height][width]}. */
  public ByteBuffer features() {
    return network.host().features();
  }

  /**
   * {@code float [examples][outputs]}; where labels are numbers of classes, {@code float
   * [examples][positions]}.
   */
  public ByteBuffer labels() {
    return network.host().labels();
  }

  /** {@code float [parameters]}: the flat vector. */
  public ByteBuffer parameters() {
    return network.host().parameters();
  }

  /**
   * {@code float [parameters]}: the sum of the examples' gradients after {@link #compute}. Running
   * statistics have what they change by.
   */
  public ByteBuffer gradient() {
    return network.host().gradient();
  }

  /** {@code float [examples][outputs]} after {@link #infer}. */
  public ByteBuffer output() {
    return network.host().output();
  }

  /**
   * Computes the gradient of the minibatch in the buffers.
   *
   * @param examples its examples
   * @param step the step, for dropout
   * @param epoch the epoch, for dropout
   * @param seed the seed, for dropout
   * @return the sum of the examples' losses, without regularisation
   * @throws CudaException if the card fails; the engine can only be closed then
   */
  public double compute(int examples, long step, long epoch, long seed) {
    return network.compute(examples, step, epoch, seed);
  }

  /**
   * Starts a sum of gradients over neighbouring slots, with the parameters in the buffer now; it
   * stays on the card. In a tree where a node of n slots splits after the largest power of two
   * below n, these are one node. The first time for more slots than ever before allocates buffers.
   *
   * @param slots how many
   * @throws CudaException if the buffers do not fit into the card's memory
   */
  public void startSlots(int slots) {
    network.startSlots(slots);
  }

  /**
   * As {@link #compute}, but the gradient is added as the next slot's, and stays on the card.
   *
   * @throws IllegalStateException if all slots are added already
   */
  public double addSlot(int examples, long step, long epoch, long seed) {
    return network.addSlot(examples, step, epoch, seed);
  }

  /**
   * Adds zeros as the next slot's gradient, for a slot without examples.
   *
   * @throws IllegalStateException if all slots are added already
   */
  public void addEmptySlot() {
    network.addEmptySlot();
  }

  /**
   * Makes {@link #gradient} the sum of the slots' gradients, added along the tree.
   *
   * @throws IllegalStateException if slots are missing
   */
  public void finishSlots() {
    network.finishSlots();
  }

  /**
   * As {@link #finishSlots}, but the sum stays on the card, where encoders read it.
   *
   * @throws IllegalStateException if slots are missing
   */
  public void sumSlots() {
    network.sumSlots();
  }

  /**
   * An encoder of a part of the gradient that the last {@link #compute} or {@link #sumSlots} has
   * left on the card, so that only the encoding crosses the bus. For the engine's thread; closed
   * with the engine.
   *
   * @param offset the part's first value in the flat vector
   * @param block the part's length, and what of it travels as it is
   * @throws CudaException if its memory does not fit
   */
  public GradientEncoder encoder(GradientCodec codec, int offset, CodedBlock block) {
    return network.encoder(codec, offset, block);
  }

  /**
   * Times what a slot costs beside its gradient: copying it, adding to it, joining sums.
   *
   * @param slots as for {@link #startSlots}
   * @param repeats launches of each
   */
  public List<KernelTime> profileSlots(int slots, int repeats) {
    return network.profileSlots(slots, repeats);
  }

  /** Computes the output of the minibatch in the buffers, as in inference. */
  public void infer(int examples) {
    network.infer(examples);
  }

  /** The same kernels without copies between host and card, for measurements. */
  public void computeOnDevice(int examples) {
    network.computeOnDevice(examples);
  }

  /**
   * Times each kernel alone.
   *
   * @param repeats launches of each
   * @param survey whether products run with every tile, the chosen one last
   */
  public List<KernelTime> profile(int examples, int repeats, boolean survey) {
    return network.profile(examples, repeats, survey);
  }

  /** Bytes of the card's memory that it holds. */
  public long deviceBytes() {
    return network.deviceBytes();
  }

  /** Kernels a step. */
  public int launches(int examples) {
    return network.launches(examples);
  }

  @Override
  public void close() {
    network.close();
  }
}
