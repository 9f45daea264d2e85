package io.trireme.driver.jobfile;

import io.trireme.common.config.DataConfig;
import io.trireme.common.config.NumberRange;
import io.trireme.data.source.ExampleSourceProvider;
import io.trireme.data.source.ExampleSources;
import io.trireme.data.source.SourceKey;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads a job's data: the format decides the keys of its sets. */
final class DataReader {
  private static final Pattern ANY = Pattern.compile(".*", Pattern.DOTALL);

  private final MappingReader data;
  private final List<ExampleSourceProvider> formats = ExampleSources.all();

  DataReader(MappingReader data) {
    this.data = data;
  }

  /** The data; meaningless if a problem was noted. */
  DataConfig read() {
    List<String> names = formats.stream().map(ExampleSourceProvider::format).toList();
    String format = data.require("format", ValueKind.word("format", names));
    Optional<ExampleSourceProvider> known =
        formats.stream()
            .filter(provider -> data.clean("format") && provider.format().equals(format))
            .findFirst();
    Map<String, Object> train = known.map(p -> options("train", p)).orElseGet(() -> skip("train"));
    Map<String, Object> test =
        data.has("test")
            ? known.map(p -> options("test", p)).orElseGet(() -> skip("test"))
            : skip("test");
    if (test.isEmpty() && data.isMapping("test") && data.section("test").keys().isEmpty()) {
      data.problem("test", "is empty; give it a key, or leave it out if there is no test set");
    }
    String shards = data.readOrNull("shards", ValueKind.path());
    data.close();
    return new DataConfig(format, train, test, shards);
  }

  /** A source whose keys cannot be judged, since its format is unknown. */
  private Map<String, Object> skip(String set) {
    data.allow(List.of(set));
    return Map.of();
  }

  private Map<String, Object> options(String set, ExampleSourceProvider format) {
    List<SourceKey> keys = format.keys();
    String expected =
        keys.stream()
            .filter(SourceKey::required)
            .map(key -> key.name() + ": " + key.kind())
            .collect(Collectors.joining(", ", "expected { ", " }"));
    MappingReader source = data.requireSection(set, expected);
    Map<String, Object> options = new HashMap<>();
    for (SourceKey key : keys) {
      ValueKind<?> kind = kind(key.kind());
      Object value =
          key.required() ? source.require(key.name(), kind) : source.readOrNull(key.name(), kind);
      if (value != null) {
        options.put(key.name(), value);
      }
    }
    refuseForeign(source, format);
    source.close();
    return options;
  }

  /** Says of keys of other formats what they are. */
  private void refuseForeign(MappingReader source, ExampleSourceProvider format) {
    List<String> own = format.keys().stream().map(SourceKey::name).toList();
    List<String> foreign =
        formats.stream()
            .flatMap(other -> other.keys().stream())
            .map(SourceKey::name)
            .filter(name -> !own.contains(name))
            .distinct()
            .toList();
    for (String name : foreign) {
      if (source.names(name)) {
        source.allow(List.of(name));
      }
      if (source.has(name)) {
        source.problem(name, "has no effect with format " + format.format() + "; remove it");
      }
    }
  }

  private static ValueKind<?> kind(SourceKey.Kind kind) {
    return switch (kind) {
      case PATH -> ValueKind.path();
      case COUNT -> ValueKind.count(NumberRange.COUNT);
      case TEXT -> ValueKind.text(ANY, "text");
      case FLAG -> ValueKind.flag();
    };
  }
}
