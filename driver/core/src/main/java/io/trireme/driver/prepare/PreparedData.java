package io.trireme.driver.prepare;

import io.trireme.data.DatasetDescription;

/**
 * A job's prepared sets.
 *
 * @param trainUri folder of the training set
 * @param testUri folder of the test set
 * @param train what the training set is
 * @param test what the test set is; image size and classes equal the training set's
 * @param reused whether the shards were there already
 */
public record PreparedData(
    String trainUri,
    String testUri,
    DatasetDescription train,
    DatasetDescription test,
    boolean reused) {}
