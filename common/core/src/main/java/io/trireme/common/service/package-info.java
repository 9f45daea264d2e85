/** Finds what others add to Trireme by {@code META-INF/services}. What is added lives elsewhere. */
@NullMarked
package io.trireme.common.service;

import org.jspecify.annotations.NullMarked;
