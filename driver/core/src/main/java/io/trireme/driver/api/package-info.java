/**
 * Training as a library: {@link io.trireme.driver.api.Trireme} is where a program begins. What it
 * hears meanwhile is in {@code api.event}, what it gets in the end in {@code api.result}. No type
 * of the protocol and none of Spark's inside is seen here, and modules that build on training use
 * these three packages only.
 */
@NullMarked
package io.trireme.driver.api;

import org.jspecify.annotations.NullMarked;
