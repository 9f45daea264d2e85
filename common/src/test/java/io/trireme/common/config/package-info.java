/** Tests of the job file. */
@NullMarked
package io.trireme.common.config;

import org.jspecify.annotations.NullMarked;
