package io.trireme.data.digits;

import io.trireme.data.source.ExampleSource;
import io.trireme.data.source.ExampleSourceProvider;
import io.trireme.data.source.SourceKey;
import io.trireme.data.source.SourceKey.Kind;
import io.trireme.data.source.SourceRequest;
import java.util.List;

/** Digits drawn from the job's seed: {@code { examples: COUNT }}. */
public final class DigitsProvider implements ExampleSourceProvider {
  private static final String EXAMPLES = "examples";

  /** Found by the service loader. */
  public DigitsProvider() {}

  @Override
  public String format() {
    return "digits";
  }

  @Override
  public List<SourceKey> keys() {
    return List.of(new SourceKey(EXAMPLES, Kind.COUNT, true));
  }

  @Override
  public ExampleSource source(SourceRequest request) {
    int examples = request.count(EXAMPLES, "data.format digits needs the number of digits to draw");
    return new DigitsSource(request.set(), request.seed(), request.split(), examples);
  }
}
