/** The parameter server: aggregation, and the agent that runs it. */
@NullMarked
package io.trireme.server;

import org.jspecify.annotations.NullMarked;
