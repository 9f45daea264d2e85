/** A job, as validated records. Reading and checking a job file is the driver's. */
@NullMarked
package io.trireme.common.config;

import org.jspecify.annotations.NullMarked;
