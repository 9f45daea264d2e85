package io.trireme.driver.executor;

import java.io.Serializable;

/**
 * What a worker's task leaves. No record, since the serializers that Spark can be set to include
 * one that cannot make records.
 */
public final class WorkerResult implements Serializable {

  private static final long serialVersionUID = 1L;

  private final int worker;
  private final String paramsSha256;
  private final byte[] params;

  /**
   * The result of a worker.
   *
   * @param worker which worker
   * @param paramsSha256 SHA-256, in hexadecimal, of its parameters as little-endian floats
   * @param params those floats, from worker 0 alone; empty from the others
   */
  public WorkerResult(int worker, String paramsSha256, byte[] params) {
    this.worker = worker;
    this.paramsSha256 = paramsSha256;
    this.params = params;
  }

  /** Which worker. */
  public int worker() {
    return worker;
  }

  /** SHA-256, in hexadecimal, of its parameters as little-endian floats. */
  public String paramsSha256() {
    return paramsSha256;
  }

  /** Its parameters as little-endian floats, from worker 0 alone; not copied. */
  public byte[] params() {
    return params;
  }
}
