package io.trireme.worker.dl4j.cuda;

import io.trireme.common.layout.Layout;
import io.trireme.cuda.CudaDevice;
import io.trireme.cuda.CudaEngine;
import io.trireme.cuda.driver.Owner;
import io.trireme.cuda.spec.ChainSpec;
import io.trireme.cuda.spec.Precision;
import io.trireme.data.schema.ExampleBatch;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.worker.dl4j.Dl4jModel;
import io.trireme.worker.engine.GradientEngine;
import io.trireme.worker.engine.SlotSums;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/** An engine over the pinned buffers of a card. */
final class CudaGradientEngine implements GradientEngine {
  private final Owner owner;
  private final Dl4jModel model;
  private final CudaEngine engine;
  private final ExampleBatch batch;
  private final UnsafeBuffer parameters;
  private final UnsafeBuffer gradient;
  private final UnsafeBuffer output;
  private final boolean regularized;
  private final SlotSums onCard = new OnCard();

  private CudaGradientEngine(Owner owner, Dl4jModel model, CudaEngine engine, int capacity) {
    this.owner = owner;
    this.model = model;
    this.engine = engine;
    List<MutableDirectBuffer> buffers = new ArrayList<>();
    for (TensorSpec tensor : model.schema().tensors()) {
      ByteBuffer pinned = tensor.role() == Role.FEATURE ? engine.features() : engine.labels();
      buffers.add(new UnsafeBuffer(pinned));
    }
    this.batch = new ExampleBatch(model.schema(), capacity, buffers);
    this.parameters = new UnsafeBuffer(engine.parameters());
    this.gradient = new UnsafeBuffer(engine.gradient());
    this.output = new UnsafeBuffer(engine.output());
    this.regularized =
        model.layout().segments().stream().anyMatch(segment -> !segment.regularization().isEmpty());
    parameters.putBytes(0, model.parameters(), 0, parameters.capacity());
  }

  /**
   * Puts a model onto a card, with its parameters.
   *
   * @throws io.trireme.worker.engine.BadModelException if the kernels do not know a part of it
   * @throws io.trireme.cuda.driver.CudaException if it does not fit, or the driver refuses
   */
  static GradientEngine open(Dl4jModel model, int capacity, int device, Precision precision) {
    if (capacity < 1) {
      throw new IllegalArgumentException("capacity " + capacity + ", expected 1 or more");
    }
    ChainSpec spec = ChainReader.read(model);
    Owner owner = new Owner();
    try {
      CudaDevice card = owner.own(CudaDevice.open(device));
      CudaEngine engine = owner.own(CudaEngine.open(card, spec, capacity, precision));
      return new CudaGradientEngine(owner, model, engine, capacity);
    } catch (RuntimeException | Error e) {
      owner.closeAfter(e);
      throw e;
    }
  }

  @Override
  public Layout layout() {
    return model.layout();
  }

  @Override
  public ExampleBatch batch() {
    return batch;
  }

  @Override
  public MutableDirectBuffer parameters() {
    return parameters;
  }

  @Override
  public DirectBuffer gradient() {
    return gradient;
  }

  @Override
  public double compute(int examples, long step, int epoch, long seed) {
    return score(engine.compute(examples, step, epoch, seed), examples, step, epoch);
  }

  private double score(double sum, int examples, long step, int epoch) {
    double loss = model.layout().miniBatch() ? sum / examples : sum;
    return regularized ? loss + regularization(step, epoch) : loss;
  }

  /** DL4J counts these terms on its own copy of the parameters. */
  private double regularization(long step, int epoch) {
    model.parameters().putBytes(0, parameters, 0, parameters.capacity());
    return model.regularization(step, epoch);
  }

  @Override
  public SlotSums slotSums() {
    return onCard;
  }

  /** Sums of slots on the card. */
  private final class OnCard implements SlotSums {
    @Override
    public void start(int slots) {
      engine.startSlots(slots);
    }

    @Override
    public double add(int examples, long step, int epoch, long seed) {
      return score(engine.addSlot(examples, step, epoch, seed), examples, step, epoch);
    }

    @Override
    public void addEmpty() {
      engine.addEmptySlot();
    }

    @Override
    public void finish() {
      engine.finishSlots();
    }
  }

  @Override
  public void predict(int examples) {
    engine.infer(examples);
  }

  @Override
  public DirectBuffer output(String label) {
    TensorSpec tensor = batch.schema().tensor(label);
    if (tensor.role() != Role.LABEL) {
      throw new IllegalArgumentException(label + " is a " + tensor.role() + ", expected a label");
    }
    return output;
  }

  @Override
  public void close() {
    for (UnsafeBuffer buffer : List.of(parameters, gradient, output)) {
      buffer.wrap(new byte[0]);
    }
    owner.close();
  }
}
