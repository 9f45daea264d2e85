/** Tests of files that are published whole. */
@NullMarked
package io.trireme.common.files;

import org.jspecify.annotations.NullMarked;
