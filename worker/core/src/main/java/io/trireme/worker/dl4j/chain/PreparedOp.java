package io.trireme.worker.dl4j.chain;

import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.CustomOp;
import org.nd4j.linalg.api.ops.DynamicCustomOp;
import org.nd4j.linalg.api.ops.OpContext;
import org.nd4j.linalg.factory.Nd4j;

/**
 * A native ND4J operation with its arrays and arguments set once, so that running it allocates
 * nothing.
 */
final class PreparedOp implements AutoCloseable {
  private final CustomOp op;
  private final OpContext context;

  /**
   * An operation over arrays that stay where they are.
   *
   * @param name libnd4j's name of the operation
   * @param integers its integer arguments
   * @param inputs its inputs, in libnd4j's order
   * @param outputs its outputs, in libnd4j's order
   */
  PreparedOp(String name, long[] integers, List<INDArray> inputs, List<INDArray> outputs) {
    this.op = DynamicCustomOp.builder(name).build();
    this.context = Nd4j.getExecutioner().buildContext();
    context.setIArguments(integers);
    context.setInputArrays(inputs.toArray(new INDArray[0]));
    context.setOutputArrays(outputs.toArray(new INDArray[0]));
  }

  /** {@code c = op(a) op(b)} with BLAS; {@code c} in 'f' order, as ND4J's own callers ask for. */
  static PreparedOp matmul(INDArray a, boolean transposeA, INDArray b, INDArray c) {
    return new PreparedOp(
        "matmul", new long[] {transposeA ? 1 : 0, 0, 0}, List.of(a, b), List.of(c));
  }

  /** Runs it on the calling thread. */
  void run() {
    Nd4j.exec(op, context);
  }

  @Override
  public void close() {
    try {
      context.close();
    } catch (Exception e) {
      throw new IllegalStateException("closing the context of " + op.opName(), e);
    }
  }
}
