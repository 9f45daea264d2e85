package io.trireme.worker.dl4j;

import io.trireme.data.schema.TensorSpec;
import io.trireme.worker.engine.BadModelException;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.ndarray.INDArray;

/** In which shape a model has the data's labels. */
final class OutputShapes {
  private OutputShapes() {}

  /**
   * The form of a label that has the shape of an output.
   *
   * @param index which of the network's outputs
   * @param output the output for one example
   * @throws BadModelException if there is none; the message says both shapes
   */
  static ArrayForm form(Dl4jNetwork network, int index, INDArray output, TensorSpec label) {
    List<ArrayForm> forms = ArrayForm.of(label, network.isTimeFirst());
    return forms.stream()
        .filter(form -> Arrays.equals(form.batchShape(1), output.shape()))
        .findFirst()
        .orElseThrow(
            () ->
                new BadModelException(
                    List.of(
                        "the model's "
                            + network.outputs().get(index)
                            + " for one example has shape "
                            + Arrays.toString(output.shape())
                            + ", the data "
                            + (label.isOneHot()
                                ? "has " + label.categories() + " classes"
                                : "has " + label.denseLength() + " values")
                            + " of "
                            + label.name()
                            + ": expected "
                            + Arrays.toString(forms.get(forms.size() - 1).batchShape(1)))));
  }
}
