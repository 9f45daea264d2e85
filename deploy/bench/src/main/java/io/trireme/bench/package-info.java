/**
 * What users of DL4J have today, timed by the same rule as Trireme: DL4J in one process, and
 * dl4j-spark's ParameterAveraging. Nothing of Trireme is on this class path.
 */
@NullMarked
package io.trireme.bench;

import org.jspecify.annotations.NullMarked;
