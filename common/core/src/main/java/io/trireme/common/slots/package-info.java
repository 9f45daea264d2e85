/**
 * What a step's slots contain, the tree along which they are added, and the seeds that belong to
 * them. Pure functions of the job.
 */
@NullMarked
package io.trireme.common.slots;

import org.jspecify.annotations.NullMarked;
