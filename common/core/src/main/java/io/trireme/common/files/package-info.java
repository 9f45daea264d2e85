/** Files published whole or not at all, on any Hadoop file system. */
@NullMarked
package io.trireme.common.files;

import org.jspecify.annotations.NullMarked;
