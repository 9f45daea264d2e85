package io.trireme.driver.cli;

import io.trireme.driver.jobfile.BadJobFile;
import java.util.List;
import java.util.regex.Pattern;

/** The addresses of clusters that Spark knows. */
final class Masters {
  private static final Pattern KNOWN =
      Pattern.compile(
          "local(\\[([1-9][0-9]{0,4}|\\*)(,\\s*[0-9]{1,5})?])?"
              + "|local-cluster\\[[0-9, ]+]"
              + "|spark://[^:/,\\s]+:[0-9]{1,5}(,[^:/,\\s]+:[0-9]{1,5})*"
              + "|spark://\\[[0-9a-fA-F:.]+]:[0-9]{1,5}"
              + "|yarn"
              + "|k8s://\\S+");

  private Masters() {}

  /**
   * Refuses what no Spark could be asked to run on.
   *
   * @param origin what to blame, such as {@code --master}
   */
  static void check(String origin, String master) {
    if (!KNOWN.matcher(master).matches()) {
      throw new BadJobFile(
          List.of(
              origin
                  + " "
                  + master
                  + ": is no Spark master; expected local[N], spark://HOST:PORT, yarn or"
                  + " k8s://URL"));
    }
  }
}
