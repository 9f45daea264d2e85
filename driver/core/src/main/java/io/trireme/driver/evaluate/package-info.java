/**
 * What a trained model is worth on a prepared data set, measured on all executors. It knows models
 * and engines by their interfaces alone, and nothing of how they were trained.
 */
@NullMarked
package io.trireme.driver.evaluate;

import org.jspecify.annotations.NullMarked;
