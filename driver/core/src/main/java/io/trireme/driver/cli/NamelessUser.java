package io.trireme.driver.cli;

import org.apache.hadoop.security.UserGroupInformation;
import org.apache.spark.deploy.SparkSubmit;

/**
 * Spark's submit for a user id that has no name, as in containers that run under any id: Hadoop
 * asks the system for the name and fails where there is none, so it is told the one that Java was.
 */
public final class NamelessUser {
  private NamelessUser() {}

  /** Takes the arguments of {@code spark-submit}. */
  public static void main(String[] args) {
    UserGroupInformation.setLoginUser(
        UserGroupInformation.createRemoteUser(System.getProperty("user.name")));
    SparkSubmit.main(args);
  }
}
