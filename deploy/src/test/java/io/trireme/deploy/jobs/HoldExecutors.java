package io.trireme.deploy.jobs;

import java.util.concurrent.CountDownLatch;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;

/** Asks for executors and holds them, idle, until it is killed. */
public final class HoldExecutors {
  private HoldExecutors() {}

  /** Never returns; takes no arguments. */
  public static void main(String[] arguments) throws InterruptedException {
    try (JavaSparkContext spark =
        new JavaSparkContext(new SparkConf().setAppName("hold-executors"))) {
      System.out.println(spark.sc().applicationId());
      new CountDownLatch(1).await();
    }
  }
}
