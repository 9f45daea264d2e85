package io.trireme.server.protocol;

import io.trireme.common.layout.Block;
import io.trireme.common.layout.BlockGroup;
import io.trireme.kernels.compression.CompressionPlan;
import io.trireme.kernels.compression.CompressionSchedule;
import java.util.List;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;

/**
 * What workers have of a group's parameters. Where deltas from step to step travel encoded, that is
 * not the parameters themselves.
 */
interface ParameterDeltas extends AutoCloseable {

  /** Of a group, whose workers have its parameters as they are now. */
  static ParameterDeltas of(
      BlockGroup group, List<Block> blocks, CompressionPlan compression, DirectBuffer parameters) {
    return compression.encodesChanges()
        ? new EncodedDeltas(group, blocks, compression, parameters)
        : new PlainParameters(parameters);
  }

  /** Deltas travel so from now on. */
  void enter(CompressionSchedule schedule);

  /** The newest parameters, as workers have them. */
  DirectBuffer current();

  /** Goes on from a step's parameters to those of the next. */
  void advance(long step, DirectBuffer parameters);

  /** What must go to a new backup or into a checkpoint for the group to go on bit for bit. */
  List<MutableDirectBuffer> parts();

  /** Bytes of the newest delta of the group's i-th block; 0 if it travels as parameters. */
  int lengthOf(int i);

  /** The newest delta of the group's i-th block. */
  DirectBuffer encoded(int i);

  @Override
  void close();

  /** Nothing travels encoded: workers have the parameters themselves. */
  final class PlainParameters implements ParameterDeltas {
    private final DirectBuffer parameters;
    private final DirectBuffer nothing = new UnsafeBuffer(0, 0);

    PlainParameters(DirectBuffer parameters) {
      this.parameters = parameters;
    }

    @Override
    public void enter(CompressionSchedule schedule) {}

    @Override
    public DirectBuffer current() {
      return parameters;
    }

    @Override
    public void advance(long step, DirectBuffer newest) {}

    @Override
    public List<MutableDirectBuffer> parts() {
      return List.of();
    }

    @Override
    public int lengthOf(int i) {
      return 0;
    }

    @Override
    public DirectBuffer encoded(int i) {
      return nothing;
    }

    @Override
    public void close() {}
  }
}
