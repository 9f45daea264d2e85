/**
 * What executors and the coordinator say to each other over Spark's own authenticated calls, as
 * JSON.
 */
@NullMarked
package io.trireme.common.message;

import org.jspecify.annotations.NullMarked;
