package io.trireme.cuda.engine;

import io.trireme.cuda.driver.Context;
import io.trireme.cuda.driver.CudaException;
import io.trireme.cuda.driver.Graph;
import io.trireme.cuda.driver.Owner;
import io.trireme.cuda.driver.Stream;
import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.CodedBlock;
import io.trireme.cuda.spec.GradientCodec;
import io.trireme.cuda.spec.Precision;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A network on a card: its memory, its stages, its graphs. */
public final class Network implements Owner.Owned {
  private final Owner owner;
  private final Context context;
  private final ChainSpec spec;
  private final int maxExamples;
  private final Stream stream;
  private final Recorder recorder;
  private final Buffers buffers;
  private final HostBuffers host;
  private final Assembly.Ends ends;
  private final Assembly assembly;
  private final Map<Pass, @Nullable Graph[]> graphs = new EnumMap<>(Pass.class);
  private final SlotSum slotSum;
  private long summed;
  private @Nullable Thread user;

  /** What a graph does. */
  private enum Pass {
    TRAIN,
    TRAIN_ON_DEVICE,
    TRAIN_SLOT,
    INFER
  }

  private Network(
      Owner owner, Context context, ChainSpec spec, int maxExamples, Precision precision) {
    this.owner = owner;
    this.context = context;
    this.spec = spec;
    this.maxExamples = maxExamples;
    this.stream = owner.own(Stream.create());
    this.recorder =
        new Recorder(Modules.load(owner, precision, context.computeCapability()), stream);
    this.buffers = Buffers.onDevice(owner, stream, spec.name(), maxExamples);
    Parts parts = parts();
    this.ends = parts.ends;
    this.assembly = parts.assembly;
    this.host = new HostBuffers(owner, spec, maxExamples);
    this.summed = ends.vectors().gradient();
    this.slotSum =
        new SlotSum(
            owner,
            buffers,
            new SlotSum.Card(stream, recorder),
            summed,
            Math.toIntExact(spec.parameters()));
    stream.fill(summed, 0, spec.parameters());
    for (Pass pass : Pass.values()) {
      graphs.put(pass, new Graph[maxExamples + 1]);
    }
    stream.synchronize();
  }

  /**
   * What lies on the card.
   *
   * @param ends where a step begins and ends
   * @param assembly the stages
   */
  private record Parts(Assembly.Ends ends, Assembly assembly) {}

  private Parts parts() {
    try {
      return parts(buffers, maxExamples);
    } catch (CudaException e) {
      if (e.code() != Footprint.OUT_OF_MEMORY) {
        throw e;
      }
      long free = context.freeBytes() + buffers.deviceBytes();
      int fits = Footprint.fits(this::bytes, free, maxExamples);
      throw Footprint.tooLarge(spec, maxExamples, free, bytes(maxExamples), fits, e);
    }
  }

  private Parts parts(Buffers memory, int examples) {
    long length = spec.parameters();
    Assembly.Ends at =
        new Assembly.Ends(
            memory.perExample(spec.input().length()),
            memory.perExample(spec.labels()),
            memory.perExample(spec.outputs()),
            memory.perExample(spec.losses()),
            memory.device(16),
            new Vectors(memory.device(4 * length), memory.device(4 * length)));
    return new Parts(at, new Assembly(spec, examples, memory, recorder, at));
  }

  private long bytes(int examples) {
    Buffers counted = Buffers.counting(spec.name(), examples);
    parts(counted, examples);
    return counted.deviceBytes();
  }

  /**
   * Puts a network onto a card.
   *
   * @throws CudaException if it does not fit, or the driver refuses
   */
  public static Network open(
      Context context, ChainSpec spec, int maxExamples, Precision precision) {
    if (maxExamples < 1) {
      throw new IllegalArgumentException("batch " + maxExamples + " must be positive");
    }
    context.makeCurrent();
    Owner owner = new Owner();
    try {
      return new Network(owner, context, spec, maxExamples, precision);
    } catch (RuntimeException e) {
      owner.closeAfter(e);
      throw e;
    }
  }

  /** The pinned buffers. */
  public HostBuffers host() {
    return host;
  }

  /** The gradient of a minibatch, and the sum of its losses. */
  public double compute(int examples, long step, long epoch, long seed) {
    host.state(seed, step, epoch);
    summed = ends.vectors().gradient();
    run(Pass.TRAIN, examples);
    return host.lossSum(examples * spec.losses());
  }

  /**
   * Starts a sum over a node of slots, whose gradients stay on the card; the parameters of all of
   * them are those of now.
   *
   * @throws CudaException if its buffers do not fit
   */
  public void startSlots(int slots) {
    if (slots < 1) {
      throw new IllegalArgumentException("slots: " + slots + ", expected 1 or more");
    }
    enter(1);
    slotSum.restart(slots);
    parametersToDevice();
  }

  private void parametersToDevice() {
    stream.toDevice(
        ends.vectors().parameters(), host.parameterMemory().address(), 4 * spec.parameters());
  }

  /** Adds zeros as the gradient of the next slot. */
  public void addEmptySlot() {
    enter(1);
    slotSum.nextIsZero();
  }

  /** Adds the gradient of a minibatch as the next slot's; the sum of its losses. */
  public double addSlot(int examples, long step, long epoch, long seed) {
    host.state(seed, step, epoch);
    run(Pass.TRAIN_SLOT, examples);
    slotSum.next();
    return host.lossSum(examples * spec.losses());
  }

  /** Brings the sum of the slots' gradients to the host. */
  public void finishSlots() {
    sumSlots();
    stream.toHost(host.gradientMemory().address(), summed, 4 * spec.parameters());
    stream.synchronize();
  }

  /** Sums the slots' gradients, and leaves the sum on the card for encoders. */
  public void sumSlots() {
    summed = slotSum.finish();
  }

  /**
   * An encoder of a part of the last gradient or sum of slots, which it reads on the card. It is
   * closed with the network.
   *
   * @param offset the part's first value in the flat vector
   * @throws CudaException if its memory does not fit
   */
  public GradientEncoder encoder(GradientCodec codec, int offset, CodedBlock block) {
    if (offset < 0 || (long) offset + block.length() > spec.parameters()) {
      throw new IllegalArgumentException(
          block.length() + " floats at " + offset + " of " + spec.parameters());
    }
    enter(1);
    SlotSum.Card card = new SlotSum.Card(stream, recorder);
    return new GradientEncoder(
        new GradientEncoder.Place(owner, buffers, card, () -> summed + 4L * offset), codec, block);
  }

  /** Times of what a slot costs beside its gradient: copying, adding and joining sums. */
  public List<KernelTime> profileSlots(int slots, int repeats) {
    startSlots(slots);
    return slotSum.profile(repeats);
  }

  /** The output of a minibatch. */
  public void infer(int examples) {
    run(Pass.INFER, examples);
  }

  /** A gradient from what is on the card, to the card. */
  public void computeOnDevice(int examples) {
    run(Pass.TRAIN_ON_DEVICE, examples);
  }

  private void run(Pass pass, int examples) {
    enter(examples);
    @Nullable Graph[] recorded = Objects.requireNonNull(graphs.get(pass));
    Graph graph = recorded[examples];
    if (graph == null) {
      graph = owner.own(stream.capture(() -> record(pass, examples)));
      recorded[examples] = graph;
    }
    stream.run(graph);
    stream.synchronize();
  }

  private void enter(int examples) {
    if (examples < 1 || examples > maxExamples) {
      throw new IllegalArgumentException(
          "minibatch of " + examples + " examples, expected 1 to " + maxExamples);
    }
    Thread caller = Thread.currentThread();
    if (caller != user) {
      context.makeCurrent();
      user = caller;
    }
  }

  private void record(Pass pass, int examples) {
    long lossBytes = 4L * examples * spec.losses();
    if (pass == Pass.TRAIN || pass == Pass.INFER) {
      parametersToDevice();
    }
    if (pass != Pass.TRAIN_ON_DEVICE) {
      stream.toDevice(
          ends.features(), host.featureMemory().address(), 4L * examples * spec.input().length());
    }
    boolean trains = pass == Pass.TRAIN || pass == Pass.TRAIN_SLOT;
    if (trains) {
      stream.toDevice(ends.labels(), host.labelMemory().address(), 4L * examples * spec.labels());
      stream.toDevice(ends.state(), host.stateMemory().address(), 16);
    }
    stages(pass != Pass.INFER, examples);
    if (pass == Pass.TRAIN) {
      stream.toHost(
          host.gradientMemory().address(), ends.vectors().gradient(), 4 * spec.parameters());
      stream.toHost(host.lossMemory().address(), ends.losses(), lossBytes);
    } else if (pass == Pass.TRAIN_SLOT) {
      stream.toHost(host.lossMemory().address(), ends.losses(), lossBytes);
    } else if (pass == Pass.INFER) {
      stream.toHost(host.outputMemory().address(), ends.output(), 4L * examples * spec.outputs());
    }
  }

  private void stages(boolean training, int examples) {
    List<Stage> stages = assembly.stages();
    assembly.places().forEach(Place::restart);
    for (int i = 0; i < stages.size(); i++) {
      recorder.label(assembly.cells().get(i).name());
      stages.get(i).forward(examples, training);
    }
    for (int i = stages.size() - 1; training && i >= 0; i--) {
      recorder.label(assembly.cells().get(i).name() + "'");
      stages.get(i).backward(examples);
    }
  }

  /**
   * The time of each kernel of a gradient.
   *
   * @param survey whether products run with every tile, the chosen one last
   */
  public List<KernelTime> profile(int examples, int repeats, boolean survey) {
    enter(examples);
    assembly.products().survey(survey);
    List<KernelTime> times = new ArrayList<>();
    recorder.through(
        (name, launch) -> {
          launch.run();
          double all =
              stream.milliseconds(
                  () -> {
                    for (int i = 0; i < repeats; i++) {
                      launch.run();
                    }
                  });
          times.add(new KernelTime(name, all / repeats));
        },
        () -> stages(true, examples));
    assembly.products().survey(false);
    return times;
  }

  /** Kernels of a gradient. */
  public int launches(int examples) {
    int[] count = new int[1];
    recorder.through((name, launch) -> count[0]++, () -> stages(true, examples));
    return count[0];
  }

  /** Bytes on the card. */
  public long deviceBytes() {
    return buffers.deviceBytes();
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
