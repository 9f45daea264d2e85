/**
 * The driver's side: command line, job lifecycle, coordinator, Spark plugin and tasks, evaluation,
 * reports.
 */
@NullMarked
package io.trireme.driver;

import org.jspecify.annotations.NullMarked;
