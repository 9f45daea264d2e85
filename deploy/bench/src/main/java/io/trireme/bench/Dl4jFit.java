package io.trireme.bench;

import java.io.IOException;
import org.deeplearning4j.datasets.iterator.ExistingDataSetIterator;
import org.deeplearning4j.nn.multilayer.MultiLayerNetwork;

/** DL4J's own {@code fit()} in one process, with the settings that a user has who sets none. */
public final class Dl4jFit {
  private Dl4jFit() {}

  /** Arguments: model, training examples, timed epochs, folder of the IDX files. */
  public static void main(String[] arguments) throws IOException {
    Bench bench = Bench.of(arguments);
    MultiLayerNetwork network = new MultiLayerNetwork(Models.of(bench.model()));
    network.init();
    ExistingDataSetIterator batches = new ExistingDataSetIterator(bench.train());
    bench.run("dl4j-fit", () -> network.fit(batches), network);
  }
}
