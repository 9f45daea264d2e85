package io.trireme.common.message;

import java.util.List;

/**
 * The coordinator's answer to an {@link ExecutorReport}.
 *
 * @param jobs the runs that are under way; what an executor has of any other run is to be closed
 * @param beatMillis how long to wait before the next report
 */
public record Orders(List<JobOrders> jobs, int beatMillis) {
  public Orders {
    jobs = List.copyOf(jobs);
  }
}
