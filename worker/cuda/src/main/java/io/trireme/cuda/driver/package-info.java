/**
 * CUDA's driver API by JNA: {@code libcuda.so.1} is all that a machine needs. Owners of device
 * memory, pinned memory, streams, modules and graphs. Nothing here knows what a layer is.
 */
@NullMarked
package io.trireme.cuda.driver;

import org.jspecify.annotations.NullMarked;
