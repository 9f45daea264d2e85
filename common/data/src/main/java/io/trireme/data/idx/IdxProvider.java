package io.trireme.data.idx;

import io.trireme.data.source.ExampleSource;
import io.trireme.data.source.ExampleSourceProvider;
import io.trireme.data.source.SourceKey;
import io.trireme.data.source.SourceKey.Kind;
import io.trireme.data.source.SourceRequest;
import java.util.List;

/** Files as of MNIST: {@code { images: PATH, labels: PATH }}. */
public final class IdxProvider implements ExampleSourceProvider {
  private static final String IMAGES = "images";
  private static final String LABELS = "labels";
  private static final String USE = "data.format idx needs the path of a file in IDX format";

  /** Found by the service loader. */
  public IdxProvider() {}

  @Override
  public String format() {
    return "idx";
  }

  @Override
  public List<SourceKey> keys() {
    return List.of(new SourceKey(IMAGES, Kind.PATH, true), new SourceKey(LABELS, Kind.PATH, true));
  }

  @Override
  public ExampleSource source(SourceRequest request) {
    return new IdxSource(
        request.set(),
        new IdxSource.Place(request.key(IMAGES), request.path(IMAGES, USE)),
        new IdxSource.Place(request.key(LABELS), request.path(LABELS, USE)));
  }
}
