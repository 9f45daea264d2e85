package io.trireme.cuda.engine;

import io.trireme.cuda.driver.Context;
import io.trireme.cuda.driver.Graph;
import io.trireme.cuda.driver.Owner;
import io.trireme.cuda.driver.PinnedMemory;
import io.trireme.cuda.driver.Stream;
import io.trireme.cuda.spec.CodedBlock;
import io.trireme.cuda.spec.GradientCodec;
import io.trireme.cuda.spec.Precision;
import java.nio.ByteBuffer;

/**
 * Encodes floats of the host on a card, step after step, with the bits of the CPU's codec, and owns
 * the residual. An encoding is the plain floats, then what the codec makes of the others. For one
 * thread; allocates nothing per call.
 */
public final class CardEncoder implements Owner.Owned {
  private final Owner owner;
  private final Context context;
  private final Stream stream;
  private final int length;
  private final long source;
  private final PinnedMemory floats;
  private final ByteBuffer floatsView;
  private final GradientEncoder encoder;

  private CardEncoder(Owner owner, Context context, GradientCodec codec, CodedBlock block) {
    this.owner = owner;
    this.context = context;
    this.length = block.length();
    this.stream = owner.own(Stream.create());
    Modules modules = Modules.load(owner, Precision.EXACT, context.computeCapability());
    Buffers memory = Buffers.onDevice(owner, stream, "codec", 1);
    this.source = memory.device(4L * length);
    this.floats = owner.own(PinnedMemory.allocate(4L * length));
    this.floatsView = floats.view();
    SlotSum.Card card = new SlotSum.Card(stream, new Recorder(modules, stream));
    GradientEncoder.Place place = new GradientEncoder.Place(owner, memory, card, () -> source);
    this.encoder = new GradientEncoder(place, codec, block);
  }

  /**
   * An encoder whose residual is zero.
   *
   * @throws io.trireme.cuda.driver.CudaException if its memory does not fit, or the driver refuses
   */
  public static CardEncoder open(Context context, GradientCodec codec, CodedBlock block) {
    context.makeCurrent();
    Owner owner = new Owner();
    try {
      return new CardEncoder(owner, context, codec, block);
    } catch (RuntimeException e) {
      owner.closeAfter(e);
      throw e;
    }
  }

  /** {@code float [length]}: what {@link #encode} encodes. */
  public ByteBuffer floats() {
    return floatsView;
  }

  /**
   * Encodes the floats.
   *
   * @param step the global step
   * @param seed what is random follows from seed and step
   * @return bytes of the encoding; or {@code -1 - i} if float i is the first that is NaN or
   *     infinite: then nothing has changed
   * @throws io.trireme.cuda.driver.CudaException if the card fails
   */
  public int encode(long step, long seed) {
    stream.toDevice(source, floats.address(), 4L * length);
    return encoder.encode(step, seed);
  }

  /** The encoding, as long as {@link #encode} said. */
  public ByteBuffer encoding() {
    return encoder.encoding();
  }

  /** Floats of the last encoding that are sent with a value of their own, plain ones included. */
  public int sentFloats() {
    return encoder.sentFloats();
  }

  /** {@code float [length]}: what has not been sent, brought to the host. */
  public ByteBuffer readResidual() {
    return encoder.readResidual();
  }

  /** Makes what was written into the buffer of {@link #readResidual} the residual. */
  public void writeResidual() {
    encoder.writeResidual();
  }

  /** Milliseconds that an encoding of the floats takes on the card; the residual goes on. */
  public double milliseconds(int repeats) {
    stream.toDevice(source, floats.address(), 4L * length);
    try (Graph graph = stream.capture(() -> encoder.record(0))) {
      stream.run(graph);
      double all =
          stream.milliseconds(
              () -> {
                for (int i = 0; i < repeats; i++) {
                  stream.run(graph);
                }
              });
      return all / repeats;
    }
  }

  @Override
  public void close() {
    try {
      context.makeCurrent();
    } catch (RuntimeException e) {
      owner.closeAfter(e);
      throw e;
    }
    owner.close();
  }
}
