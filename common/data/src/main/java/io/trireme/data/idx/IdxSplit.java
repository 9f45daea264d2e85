package io.trireme.data.idx;

import io.trireme.data.schema.ExampleSink;
import io.trireme.data.source.ExampleSplit;
import io.trireme.data.source.ExampleStream;
import io.trireme.data.source.FileSum;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * All of two IDX files.
 *
 * @param images URI of the file of images
 * @param imageSum what it was when it was first read
 * @param labels URI of the file of labels
 * @param labelSum what it was when it was first read
 */
record IdxSplit(String images, FileSum imageSum, String labels, FileSum labelSum)
    implements ExampleSplit {
  private static final int CHUNK_BYTES = 1 << 20;

  @Override
  public ExampleStream open(Configuration configuration) throws IOException {
    IdxReader imageReader = IdxReader.images(new Path(images), configuration);
    try {
      return new Stream(this, imageReader, IdxReader.labels(new Path(labels), configuration));
    } catch (IOException | RuntimeException failure) {
      try (imageReader) {
        throw failure;
      }
    }
  }

  /** Reads both files by chunks of the same examples. */
  private static final class Stream implements ExampleStream {
    private final IdxSplit split;
    private final IdxReader images;
    private final IdxReader labels;
    private final byte[] pixels;
    private final byte[] classes;
    private int at;
    private int loaded;
    private long given;

    Stream(IdxSplit split, IdxReader images, IdxReader labels) {
      this.split = split;
      this.images = images;
      this.labels = labels;
      classes = new byte[Math.max(1, CHUNK_BYTES / images.recordBytes())];
      pixels = new byte[classes.length * images.recordBytes()];
    }

    @Override
    public boolean next(ExampleSink sink) throws IOException {
      if (at == loaded && !load()) {
        return false;
      }
      sink.bytes(0, pixels, at * images.recordBytes(), images.recordBytes());
      sink.bytes(1, classes, at, 1);
      at++;
      given++;
      return true;
    }

    private boolean load() throws IOException {
      int count = (int) Math.min(classes.length, images.records() - given);
      if (count == 0) {
        split.imageSum.check(split.images, images.finish());
        split.labelSum.check(split.labels, labels.finish());
        return false;
      }
      images.read(pixels, 0, count);
      labels.read(classes, 0, count);
      at = 0;
      loaded = count;
      return true;
    }

    @Override
    public String position() {
      long record = given - 1;
      return labels.file() + ": record " + record + " (byte " + labels.offsetOf(record) + ")";
    }

    @Override
    public void close() throws IOException {
      try (images;
          labels) {
        at = loaded;
      }
    }
  }
}
