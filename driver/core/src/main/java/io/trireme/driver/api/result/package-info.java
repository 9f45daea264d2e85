/** How training ends: its result, or why there is none, with what to do about it. */
@NullMarked
package io.trireme.driver.api.result;

import org.jspecify.annotations.NullMarked;
