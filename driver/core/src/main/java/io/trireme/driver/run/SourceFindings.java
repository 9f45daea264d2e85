package io.trireme.driver.run;

import io.trireme.common.config.JobConfig;
import io.trireme.data.source.SourceProblem;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.prepare.SetSource;
import io.trireme.worker.engine.BadModelException;
import io.trireme.worker.engine.ModelFamily;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/**
 * What is wrong with a job's sources and its model's file, told before Spark starts, where it costs
 * nothing yet.
 */
public final class SourceFindings {
  private static final String MODEL_FIX = "correct it, or name another in the job file";

  private SourceFindings() {}

  /**
   * Asks each source, and the model's family, what is wrong.
   *
   * @param unsetVariables for each key, the variables of the environment that its value could have
   *     come from and that are not set
   * @throws PreflightException with all that is wrong, and the way out
   * @throws BadModelException if the model's description alone is wrong
   * @throws io.trireme.data.BadDataException if an option of a source is wrong
   */
  public static void check(
      JobConfig job, Map<String, List<String>> unsetVariables, Configuration configuration) {
    List<Finding> findings = new ArrayList<>();
    for (SetSource source : SetSource.of(job)) {
      for (SourceProblem problem : source.source().check(configuration)) {
        List<String> unset = unsetVariables.getOrDefault(problem.key(), List.of());
        findings.add(new Finding(problem.key(), problem.problem(), fix(problem.key(), unset)));
      }
    }
    try {
      int unused = ModelFamily.named(job.model().family()).classes(job.model(), configuration);
    } catch (BadModelException e) {
      if (findings.isEmpty()) {
        throw e;
      }
      e.problems().forEach(problem -> findings.add(new Finding("model", problem, MODEL_FIX)));
    }
    if (!findings.isEmpty()) {
      throw new PreflightException(findings);
    }
  }

  private static String fix(String key, List<String> unset) {
    if (unset.isEmpty()) {
      return "correct " + key + " in the job file";
    }
    return "the environment variable "
        + String.join(" and ", unset)
        + " is not set, so its default holds: set it, or correct "
        + key
        + " in the job file";
  }
}
