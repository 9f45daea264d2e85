package io.trireme.driver.job;

import org.apache.spark.SparkConf;

/** Makes the parts that do a command's work; nothing is started before they are used. */
public interface JobFactory {

  /** Trains on the cluster that the configuration names. */
  JobRunner runner(SparkConf conf);

  /** Prepares data on the cluster that the configuration names. */
  JobPreparer preparer(SparkConf conf);
}
