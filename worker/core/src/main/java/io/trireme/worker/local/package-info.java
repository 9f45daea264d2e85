/**
 * Local steps: what a worker does in a round of {@code sync.mode: local}, and what the servers'
 * layout then is. Federated averaging (McMahan et al., 2017) and DiLoCo (Douillard et al., 2023).
 */
@NullMarked
package io.trireme.worker.local;

import org.jspecify.annotations.NullMarked;
