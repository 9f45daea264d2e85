package io.trireme.worker.dl4j;

import io.trireme.worker.engine.BadModelException;
import io.trireme.worker.engine.InputFacts;
import java.util.Arrays;
import java.util.List;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** In which shape a model takes the data's examples, found by showing it one example of zeros. */
final class InputShapes {
  private InputShapes() {}

  /**
   * The shape of one example: flat, or channels, height, width.
   *
   * @throws BadModelException if the model takes neither, or does not give one number for each
   *     class
   */
  static long[] of(Dl4jNetwork network, InputFacts facts) {
    long[] flat = {facts.featureLength()};
    long[] image = {facts.channels(), facts.height(), facts.width()};
    try {
      return checked(network, flat, facts);
    } catch (BadModelException e) {
      throw e;
    } catch (RuntimeException asFlat) {
      try {
        return checked(network, image, facts);
      } catch (BadModelException e) {
        throw e;
      } catch (RuntimeException asImage) {
        asImage.addSuppressed(asFlat);
        String flatWords = oneLine(asFlat);
        String imageWords = oneLine(asImage);
        throw new BadModelException(
            "the model does not take the data's examples of "
                + facts
                + ": "
                + (flatWords.equals(imageWords)
                    ? flatWords
                    : "as flat values: " + flatWords + "; as images: " + imageWords),
            asImage);
      }
    }
  }

  private static long[] checked(Dl4jNetwork network, long[] shape, InputFacts facts) {
    INDArray output = network.output(Nd4j.zeros(DataType.FLOAT, batchOf(1, shape)));
    if (output.rank() != 2 || output.size(1) != facts.classes()) {
      throw new BadModelException(
          List.of(
              "the model's output for one example has shape "
                  + Arrays.toString(output.shape())
                  + ", the data has "
                  + facts.classes()
                  + " classes: expected [1, "
                  + facts.classes()
                  + "]"));
    }
    return shape;
  }

  private static String oneLine(RuntimeException e) {
    return String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
  }

  /** The shape of a batch. */
  static long[] batchOf(long examples, long[] shape) {
    long[] batch = new long[shape.length + 1];
    batch[0] = examples;
    System.arraycopy(shape, 0, batch, 1, shape.length);
    return batch;
  }
}
