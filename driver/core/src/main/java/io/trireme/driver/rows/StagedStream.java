package io.trireme.driver.rows;

import io.trireme.data.BadDataException;
import io.trireme.data.schema.ExampleSink;
import io.trireme.data.source.ExampleStream;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Reads a staged partition, and sees that its rows are those that were written. */
final class StagedStream implements ExampleStream {
  private static final int FEATURES = 0;
  private static final int LABEL = 1;
  private static final int BUFFER_BYTES = 1 << 16;

  private final StagedPart part;
  private final DataInputStream in;
  private final ExampleRow row;
  private final int[] category = new int[1];
  private RowDigest seen = RowDigest.EMPTY;

  StagedStream(StagedPart part, InputStream in) {
    this.part = part;
    this.in = new DataInputStream(new BufferedInputStream(in, BUFFER_BYTES));
    this.row = new ExampleRow(new float[part.shape().features()], new float[part.shape().labels()]);
  }

  @Override
  public boolean next(ExampleSink sink) throws IOException {
    if (seen.count() == part.digest().count()) {
      if (!seen.equals(part.digest())) {
        throw new BadDataException(part.file() + ": has changed since it was written");
      }
      return false;
    }
    read(row.features());
    read(row.labels());
    seen = seen.plus(row);
    sink.floats(FEATURES, row.features(), 0, row.features().length);
    if (part.shape().classes() == 0) {
      sink.floats(LABEL, row.labels(), 0, row.labels().length);
    } else {
      category[0] = (int) row.labels()[0];
      sink.ints(LABEL, category, 0, 1);
    }
    return true;
  }

  private void read(float[] values) throws IOException {
    for (int i = 0; i < values.length; i++) {
      values[i] = in.readFloat();
    }
  }

  @Override
  public String position() {
    return part.name() + ": row " + (seen.count() - 1);
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
