/**
 * Examples that a program hands over, as a data frame or an RDD, made into a source like any other.
 * Knows no job and no model.
 */
@NullMarked
package io.trireme.driver.rows;

import org.jspecify.annotations.NullMarked;
