package io.trireme.common.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DifferencesTest {
  private static final String JOB =
      """
      {"epochs": 2, "seed": 1, "batch": {"size": 64, "slots": 2},
       "workers": {"min": 1, "max": 2, "threads": 1}, "servers": 2, "output": {"dir": "a"},
       "compression": {"way": {"codec": "none"}, "overrides": []},
       "optimizer": {"parameters": {"beta1": 0.9}}, "checkpoint": {"everySteps": 5},
       "sync": {"mode": "bsp", "stepTimeoutSeconds": 600},
       "nonFinite": {"skip": true, "maxSkippedSteps": 7},
       "transport": {"ports": null, "timeoutSeconds": 30}, "data": {"shards": null, "format": "idx"}}
      """;

  private static JsonNode json(String text) {
    try {
      return new ObjectMapper().readTree(text);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"epochs\": 2 | \"epochs\": 3 | epochs | true",
        "\"epochs\": 2 | \"epochs\": 1 | epochs | false",
        "\"min\": 1 | \"min\": 3 | workers.min | true",
        "\"max\": 2 | \"max\": 3 | workers.max | true",
        "\"threads\": 1 | \"threads\": 2 | workers.threads | false",
        "\"servers\": 2 | \"servers\": 3 | servers | true",
        "\"servers\": 2 | \"servers\": {\"count\": 2} | servers.count | true",
        "\"dir\": \"a\" | \"dir\": \"b\" | output.dir | true",
        "\"everySteps\": 5 | \"everySteps\": 7 | checkpoint.everySteps | true",
        "\"ports\": null | \"ports\": \"1-2\" | transport.ports | true",
        "\"shards\": null | \"shards\": \"x\" | data.shards | true",
        "\"format\": \"idx\" | \"format\": \"digits\" | data.format | false",
        "\"size\": 64 | \"size\": 65 | batch.size | false",
        "\"slots\": 2 | \"slots\": 3 | batch.slots | false",
        "\"seed\": 1 | \"seed\": 2 | seed | false",
        "\"mode\": \"bsp\" | \"mode\": \"ssp\" | sync.mode | false",
        "\"stepTimeoutSeconds\": 600 | \"stepTimeoutSeconds\": 9 | sync.stepTimeoutSeconds | true",
        "\"skip\": true | \"skip\": false | nonFinite.skip | false",
        "\"maxSkippedSteps\": 7 | \"maxSkippedSteps\": 9 | nonFinite.maxSkippedSteps | true",
        "\"codec\": \"none\" | \"codec\": \"int8\" | compression.way.codec | false",
        "\"overrides\": [] | \"overrides\": [\"x\"] | compression.overrides[0] | false",
        "\"beta1\": 0.9 | \"beta1\": 0.8 | optimizer.parameters.beta1 | false",
        "\"seed\": 1 | \"seed\": 1, \"engine\": {\"name\": \"cuda\"} | engine.name | false",
        "\"seed\": 1 | \"seed\": 1, \"unheard\": [1] | unheard[0] | false",
      })
  void each(String before, String after, String key, boolean safe) {
    assertThat(JOB).contains(before);
    List<Difference> all = Differences.of(json(JOB), json(JOB.replace(before, after)));
    assertThat(all).filteredOn(d -> d.key().equals(key)).hasSize(1);
    assertThat(all).allMatch(d -> d.safe() == safe);
  }

  @Test
  void otherWorkersAreSafeBesideACodecButChangeTheBits() {
    String lossy = JOB.replace("\"none\"", "\"topk\"");
    assertThat(Differences.of(json(lossy), json(lossy.replace("\"max\": 2", "\"max\": 3"))))
        .singleElement()
        .satisfies(
            difference -> {
              assertThat(difference.safe()).isTrue();
              assertThat(difference.toString()).contains("workers.max", "the bits differ");
            });
  }

  @Test
  void aJobFromBeforeThereWereEnginesRanOnTheProcessor() {
    String cpu =
        JOB.replace(
            "\"seed\": 1", "\"seed\": 1, \"engine\": {\"name\": \"cpu\", \"math\": \"exact\"}");
    assertThat(Differences.of(json(JOB), json(cpu))).isEmpty();
    String cuda = cpu.replace("cpu", "cuda");
    assertThat(Differences.of(json(JOB), json(cuda)))
        .extracting(Difference::toString)
        .containsExactly("engine.name: cpu became cuda: unsafe, it changes what is computed");
  }

  @Test
  void equalJobsHaveNone() {
    assertThat(Differences.of(json(JOB), json(JOB))).isEmpty();
  }

  @Test
  void layoutAndDataCount() {
    Manifest manifest = Checkpoints.manifest(5, "a", List.of(Shards.shardOfAllGroups()));
    assertThat(Differences.of(manifest, Checkpoints.config(), "1a", "d5")).isEmpty();
    assertThat(Differences.of(manifest, Checkpoints.config(), "1a", "")).isEmpty();
    assertThat(Differences.of(manifest, Checkpoints.config(), "1b", "d6"))
        .extracting(Difference::toString)
        .containsExactly(
            "layout: 1a became 1b: unsafe, the stored parameters and optimizer state are of another"
                + " model",
            "dataset: d5 became d6: unsafe, the training set has changed");
  }

  private static final class Shards {
    static CheckpointShard shardOfAllGroups() {
      List<StoredSection> sections =
          java.util.stream.IntStream.range(0, Checkpoints.GROUPS)
              .mapToObj(
                  group ->
                      new StoredSection(
                          SectionId.parameters(group), 5, 64 + group * 4000L, 4000, 0))
              .toList();
      return new CheckpointShard("s", 0, 64 + 16_000, 0, sections);
    }
  }
}
