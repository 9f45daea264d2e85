package io.trireme.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;
import org.nd4j.evaluation.classification.Evaluation;
import org.nd4j.linalg.dataset.DataSet;

/**
 * The rule that all peers follow: one warm-up epoch, then so many timed ones over the same
 * examples, then the accuracy on all of the test set.
 *
 * @param model {@code mlp} or {@code lenet}
 * @param epochs timed epochs
 * @param data the folder with the IDX files
 * @param train the training set in minibatches of 64
 */
record Bench(String model, int epochs, Path data, List<DataSet> train) {
  static final int BATCH = 64;

  /** One pass over the training set. */
  @FunctionalInterface
  interface Epoch {
    void run() throws IOException;
  }

  /**
   * Reads what to do.
   *
   * @param arguments model, number of training examples, number of timed epochs, folder
   */
  static Bench of(String[] arguments) throws IOException {
    if (arguments.length != 4) {
      throw new IllegalArgumentException("arguments: mlp|lenet EXAMPLES EPOCHS FOLDER");
    }
    Path data = Path.of(arguments[3]);
    return new Bench(
        arguments[0],
        Integer.parseInt(arguments[2]),
        data,
        Idx.read(data, "train", Integer.parseInt(arguments[1]), BATCH));
  }

  /** Runs the epochs and prints the peer's line of JSON. */
  void run(String name, Epoch epoch, MultiLayerNetwork trained) throws IOException {
    epoch.run();
    long start = System.nanoTime();
    for (int i = 0; i < epochs; i++) {
      epoch.run();
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.printf(Locale.ROOT,
        "{\"name\": \"%s\", \"model\": \"%s\", \"examplesPerSecond\": %.1f,"
            + " \"testAccuracy\": %.4f, \"epochs\": %d, \"seconds\": %.2f, \"examples\": %d}%n",
        name,
        model,
        (double) epochs * examples() / seconds,
        accuracy(trained),
        epochs,
        seconds,
        examples());
  }

  private long examples() {
    return train.stream().mapToLong(DataSet::numExamples).sum();
  }

  private double accuracy(MultiLayerNetwork network) throws IOException {
    Evaluation evaluation = new Evaluation(10);
    for (DataSet batch : Idx.read(data, "t10k", Integer.MAX_VALUE, 500)) {
      evaluation.eval(batch.getLabels(), network.output(batch.getFeatures()));
    }
    return evaluation.accuracy();
  }
}
