/**
 * One run from the outside: what the command line asks for, what can go wrong before and during
 * training, and the folder of its results. No Spark job is written here.
 */
@NullMarked
package io.trireme.driver.job;

import org.jspecify.annotations.NullMarked;
