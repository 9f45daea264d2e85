package io.trireme.bench;

import java.util.Locale;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.dataset.DataSet;
import org.nd4j.linalg.factory.Nd4j;

/** Reads MNIST's gzipped IDX files. */
final class Idx {
  private static final int CLASSES = 10;

  private Idx() {}

  /**
   * The first examples of a set, in the order of the file, in minibatches.
   *
   * @param folder holds {@code PREFIX-images-idx3-ubyte.gz} and {@code PREFIX-labels-idx1-ubyte.gz}
   * @param prefix {@code train} or {@code t10k}
   * @param limit at most so many examples
   * @param batch examples in a minibatch; the last one may have fewer
   * @return features (examples, pixels) in 0..1 and one-hot labels (examples, 10)
   */
  static List<DataSet> read(Path folder, String prefix, int limit, int batch) throws IOException {
    try (DataInputStream images = open(folder.resolve(prefix + "-images-idx3-ubyte.gz"), 0x803);
        DataInputStream labels = open(folder.resolve(prefix + "-labels-idx1-ubyte.gz"), 0x801)) {
      int examples = Math.min(limit, images.readInt());
      int pixels = images.readInt() * images.readInt();
      if (labels.readInt() < examples) {
        throw new IOException("fewer labels than images in " + folder);
      }
      List<DataSet> batches = new ArrayList<>();
      for (int first = 0; first < examples; first += batch) {
        batches.add(minibatch(images, labels, Math.min(batch, examples - first), pixels));
      }
      return batches;
    }
  }

  private static DataSet minibatch(
      DataInputStream images, DataInputStream labels, int size, int pixels) throws IOException {
    byte[] bytes = new byte[size * pixels];
    images.readFully(bytes);
    float[] features = new float[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      features[i] = (bytes[i] & 0xff) / 255f;
    }
    INDArray oneHot = Nd4j.zeros(size, CLASSES);
    for (int i = 0; i < size; i++) {
      oneHot.putScalar(i, labels.readUnsignedByte(), 1);
    }
    return new DataSet(Nd4j.create(features, new int[] {size, pixels}, 'c'), oneHot);
  }

  private static DataInputStream open(Path file, int magic) throws IOException {
    DataInputStream in =
        new DataInputStream(
            new BufferedInputStream(new GZIPInputStream(Files.newInputStream(file))));
    int found = in.readInt();
    if (found != magic) {
      in.close();
      throw new IOException(String.format(Locale.ROOT, "%s begins with 0x%x, expected 0x%x", file, found, magic));
    }
    return in;
  }
}
