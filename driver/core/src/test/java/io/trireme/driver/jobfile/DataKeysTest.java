package io.trireme.driver.jobfile;

import static io.trireme.driver.jobfile.Jobs.MINIMAL;
import static io.trireme.driver.jobfile.Jobs.load;
import static io.trireme.driver.jobfile.Jobs.problems;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trireme.common.checkpoint.Differences;
import io.trireme.common.checkpoint.Fingerprints;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A format declares its own keys; {@code points} is known to the tests alone. */
class DataKeysTest {
  private static final String POINTS =
      MINIMAL
          .replace("format: digits", "format: points")
          .replace("{ examples: 100 }", "{ points: 9, odd: true, title: \"a: b\" }")
          .replace("{ examples: 10 }", "{ points: 3 }");

  @Test
  void aFormatsKeysAreReadAsItSays() {
    assertThat(load(POINTS).data().train())
        .isEqualTo(Map.of("points", 9, "odd", true, "title", "a: b"));
    assertThat(load(POINTS).data().test()).isEqualTo(Map.of("points", 3));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "data.train.points=|--set data.train.points: missing; expected a whole number from 1 to"
            + " 2147483647",
        "data.train.odd=maybe|--set data.train.odd: is \"maybe\"; expected true or false",
        "data.test.pionts=3|--set data.test.pionts: unknown key; nearest key \"data.test.points\"",
        "data.test.images=x|--set data.test.images: has no effect with format points; remove it",
        "data.train=|--set data.train: missing; expected { points: COUNT }",
        "data.test.qqqqqqqq=1|--set data.test.qqqqqqqq: unknown key; expected one of points, title,"
            + " odd",
      })
  void wrongKeysAreToldWithThoseOfTheFormat(String set, String problem) {
    assertThat(problems(POINTS, set)).isEqualTo(List.of(problem));
  }

  @Test
  void aMissingPartTellsTheKeysOfItsFormat() {
    assertThat(problems(MINIMAL.replace("digits", "idx"), "data.train=", "data.test="))
        .containsExactly("--set data.train: missing; expected { images: PATH, labels: PATH }");
  }

  @Test
  void theTestSetMayBeLeftOut() {
    assertThat(load(POINTS, "data.test=").data().test()).isEmpty();
  }

  @Test
  void aTestSetWithoutKeysIsNotTakenForNone() {
    String rows =
        MINIMAL
            .replace("format: digits", "format: program")
            .replace("{ examples: 100 }", "{}")
            .replace("{ examples: 10 }", "{}");
    assertThat(problems(rows))
        .singleElement()
        .asString()
        .contains("data.test: is empty", "leave it out if there is no test set");
  }

  /** Checkpoints of before formats had their own keys go on. */
  @Test
  void whatCheckpointsHoldOfTheDataStays() throws IOException {
    JsonNode stored =
        new ObjectMapper()
            .readTree(
                """
                {"format": "digits", "shards": null,
                 "train": {"images": null, "labels": null, "examples": 100},
                 "test": {"images": null, "labels": null, "examples": 10}}
                """);
    assertThat(Differences.of(stored, Fingerprints.json(load(MINIMAL).data()))).isEmpty();
    assertThat(Differences.of(stored, Fingerprints.json(load(POINTS).data()))).isNotEmpty();
  }
}
