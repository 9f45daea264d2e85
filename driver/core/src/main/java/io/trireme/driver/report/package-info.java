/**
 * What a run tells people and scripts: progress on the console, {@code metrics.jsonl}, {@code
 * result.json}. Everything here is called by one thread.
 */
@NullMarked
package io.trireme.driver.report;

import org.jspecify.annotations.NullMarked;
