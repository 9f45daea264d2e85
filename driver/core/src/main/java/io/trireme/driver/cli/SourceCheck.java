package io.trireme.driver.cli;

import io.trireme.common.config.DataConfig;
import io.trireme.common.config.DataConfig.SourceConfig;
import io.trireme.driver.api.result.Finding;
import io.trireme.driver.api.result.PreflightException;
import io.trireme.driver.jobfile.JobFile;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Looks for a job's source files before Spark is started, where a wrong path costs nothing yet. */
final class SourceCheck {
  private SourceCheck() {}

  /**
   * Sees whether every file of the job's sources is there.
   *
   * @throws PreflightException naming each that is not, and the variables of the environment that
   *     its path could have come from
   */
  static void check(JobFile.Loaded loaded, Configuration configuration) {
    DataConfig data = loaded.config().data();
    Map<String, String> files = new LinkedHashMap<>();
    collect("data.train", data.train(), files);
    collect("data.test", data.test(), files);
    List<Finding> findings = new ArrayList<>();
    files.forEach(
        (key, file) -> {
          String problem = problem(file, configuration);
          if (problem != null) {
            List<String> unset = loaded.unsetVariables().getOrDefault(key, List.of());
            findings.add(new Finding(key, problem, fix(key, unset)));
          }
        });
    if (!findings.isEmpty()) {
      throw new PreflightException(findings);
    }
  }

  private static void collect(String set, SourceConfig source, Map<String, String> files) {
    if (source.images() != null) {
      files.put(set + ".images", source.images());
    }
    if (source.labels() != null) {
      files.put(set + ".labels", source.labels());
    }
  }

  private static @Nullable String problem(String file, Configuration configuration) {
    try {
      Path path = new Path(file);
      var fileSystem = path.getFileSystem(configuration);
      return fileSystem.exists(path) ? null : fileSystem.makeQualified(path) + " does not exist";
    } catch (IOException | IllegalArgumentException e) {
      return file + " cannot be reached: " + e;
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
