package io.trireme.driver.jobfile;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.trireme.common.config.JobConfig;
import java.util.List;
import java.util.Map;

/** A small job file and the ways in which tests bend it. */
final class Jobs {
  private Jobs() {}

  /** Only what is required; lines are counted by the tests. */
  static final String MINIMAL =
      """
      job: tiny
      model: { zoo: mlp }
      data:
        format: digits
        train: { examples: 100 }
        test: { examples: 10 }
      batch: { size: 10, slots: 2 }
      optimizer: { sgd: { learningRate: 0.5 } }
      """;

  static JobConfig load(String text, String... sets) {
    return JobFile.parse("job.yaml", text, List.of(sets), Map.of());
  }

  static JobConfig minimal(String... sets) {
    return load(MINIMAL, sets);
  }

  /** The minimal job, with keys that nothing honours yet. */
  static JobConfig planned(String... sets) {
    return JobFile.parse("job.yaml", MINIMAL, List.of(sets), Map.of(), (job, root) -> {}).config();
  }

  static List<String> problems(String text, String... sets) {
    return problems(text, Map.of(), sets);
  }

  static List<String> problems(String text, Map<String, String> env, String... sets) {
    BadJobFile bad =
        catchThrowableOfType(
            BadJobFile.class, () -> JobFile.parse("job.yaml", text, List.of(sets), env));
    return bad == null ? List.of() : bad.problems();
  }

  /** The problems of the minimal job with overrides, but for what is not built yet. */
  static List<String> plannedProblemsOf(String... sets) {
    BadJobFile bad = catchThrowableOfType(BadJobFile.class, () -> planned(sets));
    return bad == null ? List.of() : bad.problems();
  }

  /** The problems of the minimal job with overrides. */
  static List<String> problemsOf(String... sets) {
    return problems(MINIMAL, sets);
  }
}
