/**
 * Which block travels by which codec: what a job says of compression, applied to its layout and
 * blocks. Both ends of the wire make the same plan of the same job. No threads, links or clocks.
 */
@NullMarked
package io.trireme.kernels.compression;

import org.jspecify.annotations.NullMarked;
