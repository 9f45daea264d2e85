/** Tests that see all modules. */
@NullMarked
package io.trireme.driver;

import org.jspecify.annotations.NullMarked;
