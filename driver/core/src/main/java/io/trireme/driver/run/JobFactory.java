package io.trireme.driver.run;

import org.apache.spark.SparkConf;

/** Makes the parts that do a command's work; nothing is started before they are used. */
public interface JobFactory {

  /** Trains on the cluster that the configuration names, from where it is told to. */
  JobRunner runner(SparkConf conf, RunControl control);

  /** Prepares data on the cluster that the configuration names. */
  JobPreparer preparer(SparkConf conf);
}
