package io.trireme.worker.dl4j;

import io.trireme.data.schema.TensorSpec;
import io.trireme.worker.engine.BadModelException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** In which shapes a model takes the data's features, found by showing it one example of zeros. */
final class InputShapes {
  private InputShapes() {}

  /**
   * What a model takes.
   *
   * @param forms one for each input
   * @param outputs what it gives for one example
   */
  record Found(List<ArrayForm> forms, INDArray[] outputs) {}

  /**
   * Tries all forms, flat values first.
   *
   * @param features in the order of the network's inputs
   * @throws BadModelException if the model takes none; the message says why not
   */
  static Found find(Dl4jNetwork network, List<TensorSpec> features) {
    List<List<ArrayForm>> all = combinations(features, network.isTimeFirst());
    List<RuntimeException> failures = new ArrayList<>();
    for (List<ArrayForm> forms : all) {
      try {
        return new Found(forms, network.predict(zeros(network, forms)));
      } catch (RuntimeException e) {
        failures.add(e);
      }
    }
    throw refusal(features, all, failures);
  }

  private static BadModelException refusal(
      List<TensorSpec> features, List<List<ArrayForm>> forms, List<RuntimeException> failures) {
    List<String> reasons =
        new ArrayList<>(failures.stream().map(InputShapes::oneLine).distinct().toList());
    if (reasons.size() > 1) {
      reasons.clear();
      for (int i = 0; i < forms.size(); i++) {
        reasons.add(words(features, forms.get(i)) + oneLine(failures.get(i)));
      }
    }
    BadModelException refusal =
        new BadModelException(
            "the model does not take the data's examples of "
                + features.stream().map(TensorBinding::words).collect(Collectors.joining(", "))
                + ": "
                + String.join("; ", reasons),
            failures.get(0));
    failures.stream().skip(1).forEach(refusal::addSuppressed);
    return refusal;
  }

  private static NetworkArrays zeros(Dl4jNetwork network, List<ArrayForm> forms) {
    INDArray[] features =
        forms.stream()
            .map(form -> Nd4j.zeros(DataType.FLOAT, form.batchShape(1)))
            .toArray(INDArray[]::new);
    return NetworkArrays.of(features, network.outputs().size());
  }

  private static List<List<ArrayForm>> combinations(List<TensorSpec> features, boolean timeFirst) {
    List<List<ArrayForm>> all = List.of(List.of());
    for (TensorSpec feature : features) {
      List<List<ArrayForm>> longer = new ArrayList<>();
      for (List<ArrayForm> before : all) {
        for (ArrayForm form : ArrayForm.of(feature, timeFirst)) {
          List<ArrayForm> forms = new ArrayList<>(before);
          forms.add(form);
          longer.add(forms);
        }
      }
      all = longer;
    }
    return all;
  }

  private static String words(List<TensorSpec> features, List<ArrayForm> forms) {
    return IntStream.range(0, forms.size())
        .mapToObj(
            i -> (forms.size() == 1 ? "" : features.get(i).name() + " ") + forms.get(i).words())
        .collect(Collectors.joining(", ", "", ": "));
  }

  private static String oneLine(RuntimeException e) {
    return String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
  }
}
