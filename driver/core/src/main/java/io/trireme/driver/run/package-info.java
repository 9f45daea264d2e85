/** The life of a job on Spark: preflight, data, model, run, evaluation, result. */
@NullMarked
package io.trireme.driver.run;

import org.jspecify.annotations.NullMarked;
