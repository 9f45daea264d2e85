package io.trireme.data.idx;

import io.trireme.data.BadDataException;
import io.trireme.data.schema.ElementType;
import io.trireme.data.schema.ExampleSchema;
import io.trireme.data.schema.Role;
import io.trireme.data.schema.TensorSpec;
import io.trireme.data.source.ExampleSource;
import io.trireme.data.source.FileSum;
import io.trireme.data.source.SourceContents;
import io.trireme.data.source.SourceFiles;
import io.trireme.data.source.SourceProblem;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/** Two IDX files, of images and of their classes. */
record IdxSource(String set, Place images, Place labels) implements ExampleSource {
  private static final double SCALE = 1 / 255.0;

  /**
   * Where a file is.
   *
   * @param key the job file's key that says so
   */
  record Place(String key, String file) {}

  @Override
  public List<SourceProblem> check(Configuration configuration) {
    return Stream.of(images, labels)
        .map(place -> SourceFiles.missing(place.key, place.file, configuration))
        .flatMap(Optional::stream)
        .toList();
  }

  /** The files are one part, since gzip cannot be entered midway. */
  @Override
  public SourceContents contents(Configuration configuration) throws IOException {
    String imageFile = SourceFiles.qualified(images.file, configuration);
    String labelFile = SourceFiles.qualified(labels.file, configuration);
    FileSum imageSum = SourceFiles.sum(images.key, imageFile, configuration);
    FileSum labelSum = SourceFiles.sum(labels.key, labelFile, configuration);
    try (IdxReader imageReader = IdxReader.images(new Path(imageFile), configuration);
        IdxReader labelReader = IdxReader.labels(new Path(labelFile), configuration)) {
      if (imageReader.records() != labelReader.records()) {
        throw new BadDataException(
            String.format(
                Locale.ROOT,
                "%s: expected one label for each of the %d images of %s, seen %d labels; name the two files of one set",
                labelFile,
                imageReader.records(),
                imageFile,
                labelReader.records()));
      }
      return new SourceContents(
          "idx " + set + " " + imageSum + " " + labelSum,
          schema(imageReader.height(), imageReader.width()),
          imageReader.records(),
          List.of(new IdxSplit(imageFile, imageSum, labelFile, labelSum)));
    }
  }

  private static ExampleSchema schema(int height, int width) {
    return new ExampleSchema(
        List.of(
            new TensorSpec(
                "image", Role.FEATURE, ElementType.UINT8, List.of(1, height, width), 0, SCALE),
            new TensorSpec("label", Role.LABEL, ElementType.UINT8, List.of(), TensorSpec.OPEN, 1)));
  }
}
