@NullMarked
package io.trireme.driver.api;

import org.jspecify.annotations.NullMarked;
