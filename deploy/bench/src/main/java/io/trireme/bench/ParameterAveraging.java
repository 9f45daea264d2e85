package io.trireme.bench;

import java.io.IOException;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.deeplearning4j.spark.impl.multilayer.SparkDl4jMultiLayer;
import org.deeplearning4j.spark.impl.paramavg.ParameterAveragingTrainingMaster;
import org.nd4j.linalg.dataset.DataSet;

/**
 * dl4j-spark's ParameterAveraging on {@code local[2]}: two workers, 64 examples each, averaged
 * every 5 minibatches, which is its builder's default; minibatches are read ahead. Data go the
 * builder's default way, too, through exported files, which is several times faster than {@code
 * Direct}.
 */
public final class ParameterAveraging {
  private static final int WORKERS = 2;

  private ParameterAveraging() {}

  /** Arguments: model, training examples, timed epochs, folder of the IDX files. */
  public static void main(String[] arguments) throws IOException {
    Bench bench = Bench.of(arguments);
    SparkConf conf =
        new SparkConf()
            .setMaster("local[" + WORKERS + "]")
            .setAppName("parameter-averaging")
            .set("spark.ui.enabled", "false")
            .set("spark.serializer", "org.apache.spark.serializer.KryoSerializer")
            .set("spark.kryo.registrator", "org.nd4j.kryo.Nd4jRegistrator");
    try (JavaSparkContext spark = new JavaSparkContext(conf)) {
      ParameterAveragingTrainingMaster master =
          new ParameterAveragingTrainingMaster.Builder(WORKERS, Bench.BATCH)
              .batchSizePerWorker(Bench.BATCH)
              .averagingFrequency(5)
              .workerPrefetchNumBatches(2)
              .build();
      SparkDl4jMultiLayer network =
          new SparkDl4jMultiLayer(spark, Models.of(bench.model()), master);
      JavaRDD<DataSet> batches = spark.parallelize(bench.train(), WORKERS);
      bench.run("dl4j-spark-averaging", () -> network.fit(batches), network.getNetwork());
    }
  }
}
