/**
 * The worker's shell: {@link io.trireme.worker.WorkerLoop} runs a worker on the calling thread,
 * computes its slots and adds them up. No messages are read or written here, and no sockets opened.
 */
@NullMarked
package io.trireme.worker;

import org.jspecify.annotations.NullMarked;
