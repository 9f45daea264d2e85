/** Tests of the job file. */
@NullMarked
package io.trireme.driver.jobfile;

import org.jspecify.annotations.NullMarked;
