package io.trireme.driver.executor;

import java.io.Serializable;

/**
 * What a worker's task leaves.
 *
 * @param worker which worker
 * @param paramsSha256 SHA-256, in hexadecimal, of its parameters as little-endian floats
 * @param params those floats, from worker 0 alone; empty from the others
 */
public record WorkerResult(int worker, String paramsSha256, byte[] params)
    implements Serializable {}
