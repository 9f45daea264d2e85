package io.trireme.common.message;

import java.util.List;

/**
 * What an executor tells the coordinator, again and again; it stands for its life sign too.
 *
 * @param executor Spark's id of the executor
 * @param host the executor's host
 * @param jobs the runs that it knows of
 */
public record ExecutorReport(String executor, String host, List<JobReport> jobs) {
  public ExecutorReport {
    jobs = List.copyOf(jobs);
  }
}
