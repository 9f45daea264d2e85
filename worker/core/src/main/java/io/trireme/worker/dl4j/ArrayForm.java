package io.trireme.worker.dl4j;

import io.trireme.data.schema.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/**
 * In which shape a network takes the rows of a tensor.
 *
 * @param shape the dimensions of one example as its row has them
 * @param timeLast whether the network has the first of two dimensions, time, behind the other
 */
record ArrayForm(List<Integer> shape, boolean timeLast) {

  ArrayForm {
    shape = List.copyOf(shape);
  }

  /** All forms of a tensor, flat values first. */
  static List<ArrayForm> of(TensorSpec tensor, boolean timeFirst) {
    List<ArrayForm> forms = new ArrayList<>();
    forms.add(new ArrayForm(List.of(tensor.denseLength()), false));
    List<Integer> dense = new ArrayList<>(tensor.shape());
    if (tensor.isOneHot()) {
      dense.add(tensor.categories());
    }
    if (dense.size() > 1) {
      forms.add(new ArrayForm(dense, dense.size() == 2 && !timeFirst));
    }
    return forms;
  }

  /** Rows of a batch as the network takes them, in place. */
  INDArray ofRows(INDArray rows, int examples) {
    return swapped(rows.reshape('c', rowShape(examples)));
  }

  /** An array of the network's with the dimensions in the order of rows, in place. */
  INDArray swapped(INDArray array) {
    return timeLast ? array.permute(0, 2, 1) : array;
  }

  /** The shape of a batch as the network has it. */
  long[] batchShape(int examples) {
    return timeLast ? new long[] {examples, shape.get(1), shape.get(0)} : rowShape(examples);
  }

  private long[] rowShape(int examples) {
    long[] batch = new long[shape.size() + 1];
    Arrays.setAll(batch, i -> i == 0 ? examples : shape.get(i - 1));
    return batch;
  }

  /** As a message says it. */
  String words() {
    return switch (shape.size()) {
      case 1 -> "as flat values";
      case 2 -> "as sequences";
      case 3 -> "as images";
      default -> "as arrays of rank " + shape.size();
    };
  }
}
