package io.trireme.worker.dl4j;

import io.trireme.common.checkpoint.BadCheckpointException;
import io.trireme.common.checkpoint.Checkpoint;
import io.trireme.common.checkpoint.Fingerprints;
import io.trireme.common.checkpoint.GroupSections;
import io.trireme.common.checkpoint.Manifest;
import io.trireme.common.checkpoint.StepState;
import io.trireme.common.layout.BlockGroup;
import io.trireme.common.layout.BlockPlan;
import io.trireme.common.layout.Layout;
import io.trireme.kernels.memory.FloatVector;
import io.trireme.kernels.optimizer.StateSlice;
import io.trireme.worker.engine.BadModelException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.deeplearning4j.nn.api.Model;
import org.deeplearning4j.nn.graph.ComputationGraph;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.deeplearning4j.nn.updater.BaseMultiLayerUpdater;
import org.deeplearning4j.nn.updater.UpdaterBlock;
import org.deeplearning4j.util.ModelSerializer;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * A checkpoint as DL4J's {@code model.zip}, from which {@code
 * ModelSerializer.restoreMultiLayerNetwork} or {@code restoreComputationGraph} load a model that
 * trains on just as Trireme would: with parameters, updater state, iteration and epoch.
 *
 * <p>The state of a group is laid out slice by slice of that group; DL4J's is one vector, laid out
 * by its own updater blocks, which reach over groups. In both, what belongs to a range lies array
 * after array, so floats move in as many pieces as there are overlaps and arrays.
 */
final class CheckpointExport {
  private CheckpointExport() {}

  /**
   * Writes the zip; leaves the stream open.
   *
   * @param updaterState whether to write updater state; without it, DL4J begins with a fresh one
   * @throws BadCheckpointException if the checkpoint is of another layout than its model, or is
   *     damaged
   * @throws BadModelException if DL4J cannot build the model
   */
  static void writeZip(Checkpoint checkpoint, OutputStream out, boolean updaterState)
      throws IOException {
    ModelSerializer.writeModel(model(checkpoint, updaterState), out, updaterState);
  }

  /** The model of a checkpoint; see {@link #writeZip}. */
  static Model model(Checkpoint checkpoint, boolean updaterState) throws IOException {
    Manifest manifest = checkpoint.manifest();
    Model model = ModelJson.read(manifest.model(), null);
    Dl4jNetwork network = Dl4jNetwork.of(model);
    Layout layout = LayoutReader.read(network);
    BlockPlan plan = BlockPlan.of(layout);
    String fingerprint = Fingerprints.ofLayout(layout, plan);
    if (!fingerprint.equals(manifest.layoutFingerprint())) {
      throw new BadCheckpointException(
          StepState.DAMAGED,
          String.format(
              Locale.ROOT,
              "step %d: layout %s, expected %s, that of the model in its manifest; use the Trireme that wrote it",
              manifest.step(),
              manifest.layoutFingerprint(),
              fingerprint));
    }
    network.position(Math.toIntExact(manifest.step()), manifest.cursor().epoch());
    List<Piece> pieces = updaterState ? pieces(model) : List.of();
    UnsafeBuffer parameters = FloatVector.bufferOf(model.params());
    for (BlockGroup group : plan.groups()) {
      read(checkpoint, layout, group, parameters, pieces);
    }
    return model;
  }

  private static void read(
      Checkpoint checkpoint,
      Layout layout,
      BlockGroup group,
      UnsafeBuffer parameters,
      List<Piece> pieces)
      throws IOException {
    List<StateSlice> slices = StateSlice.of(layout, group);
    List<MutableDirectBuffer> state = new ArrayList<>();
    for (StateSlice slice : slices) {
      state.add(
          new UnsafeBuffer(
              ByteBuffer.allocateDirect(slice.lengthBytes()).order(ByteOrder.nativeOrder())));
    }
    UnsafeBuffer floats =
        new UnsafeBuffer(
            parameters,
            Math.toIntExact(group.offset() * Float.BYTES),
            Math.toIntExact(group.length() * Float.BYTES));
    long step = GroupSections.read(checkpoint, group.index(), floats, state);
    if (step != checkpoint.manifest().step()) {
      throw new BadCheckpointException(
          StepState.DAMAGED,
          String.format(
              Locale.ROOT,
              "group %d is at step %d, expected %d as all: DL4J knows one step for all parameters",
              group.index(),
              step,
              checkpoint.manifest().step()));
    }
    for (int i = 0; i < slices.size(); i++) {
      for (Piece piece : pieces) {
        piece.take(slices.get(i), state.get(i));
      }
    }
  }

  /**
   * One updater block of DL4J.
   *
   * @param from its first parameter
   * @param to the first parameter after it
   * @param state its floats of state, array after array
   */
  private record Piece(long from, long to, MutableDirectBuffer state) {

    /** Copies what a slice shares with this block. */
    void take(StateSlice slice, MutableDirectBuffer buffer) {
      long start = Math.max(from, slice.offset());
      long end = Math.min(to, slice.end());
      if (start >= end) {
        return;
      }
      for (int array = 0; array < slice.arrays(); array++) {
        long source = array * (long) slice.length() + start - slice.offset();
        long target = array * (to - from) + start - from;
        state.putBytes(
            Math.toIntExact(target * Float.BYTES),
            buffer,
            Math.toIntExact(source * Float.BYTES),
            Math.toIntExact((end - start) * Float.BYTES));
      }
    }
  }

  private static List<Piece> pieces(Model model) {
    List<Piece> pieces = new ArrayList<>();
    BaseMultiLayerUpdater<?> updater = updater(model);
    INDArray view = updater.getStateViewArray();
    if (view == null) {
      return pieces;
    }
    UnsafeBuffer all = FloatVector.bufferOf(view);
    for (UpdaterBlock block : updater.getUpdaterBlocks()) {
      int from = block.getUpdaterViewOffsetStart();
      int length = block.getUpdaterViewOffsetEnd() - from;
      if (length > 0) {
        pieces.add(
            new Piece(
                block.getParamOffsetStart(),
                block.getParamOffsetEnd(),
                new UnsafeBuffer(all, from * Float.BYTES, length * Float.BYTES)));
      }
    }
    return pieces;
  }

  private static BaseMultiLayerUpdater<?> updater(Model model) {
    try {
      Object updater =
          model instanceof MultiLayerNetwork network
              ? network.getUpdater()
              : ((ComputationGraph) model).getUpdater();
      return (BaseMultiLayerUpdater<?>) updater;
    } catch (RuntimeException e) {
      throw new BadModelException(
          "DL4J cannot make the model's updater ("
              + e.getMessage()
              + "); export without updater state",
          e);
    }
  }
}
