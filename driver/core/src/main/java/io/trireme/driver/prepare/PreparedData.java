package io.trireme.driver.prepare;

import io.trireme.data.DatasetDescription;
import org.jspecify.annotations.Nullable;

/**
 * A job's prepared sets.
 *
 * @param trainUri folder of the training set
 * @param testUri folder of the test set; empty if there is none
 * @param train what the training set is
 * @param test what the test set is, of the training set's tensors; null if there is none
 * @param trainFingerprint identifies the training set alone, with whatever test set it was prepared
 * @param reused whether the shards were there already
 */
public record PreparedData(
    String trainUri,
    String testUri,
    DatasetDescription train,
    @Nullable DatasetDescription test,
    String trainFingerprint,
    boolean reused) {

  /**
   * What to compare with the fingerprint that a checkpoint holds of its training set: earlier
   * builds wrote down that of both sets together.
   */
  public String fingerprintBeside(String stored) {
    return stored.equals(train.fingerprint()) ? stored : trainFingerprint;
  }

  /** Whether there is a test set. */
  public boolean hasTest() {
    return test != null;
  }
}
