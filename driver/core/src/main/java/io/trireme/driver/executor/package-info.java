/**
 * What lives on executors: the runtime that owns media drivers, servers and the talk with the
 * coordinator, and the tasks that are workers. Thin: no rule of the protocol lives here, and
 * nothing of the driver's side.
 */
@NullMarked
package io.trireme.driver.executor;

import org.jspecify.annotations.NullMarked;
