/** The job file: YAML into validated, immutable records. All mistakes are reported together. */
@NullMarked
package io.trireme.driver.jobfile;

import org.jspecify.annotations.NullMarked;
