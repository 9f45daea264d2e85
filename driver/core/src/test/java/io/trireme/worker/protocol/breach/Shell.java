package io.trireme.worker.protocol.breach;

import java.net.InetAddress;
import java.util.Random;

/** A state machine that takes what should be handed in. */
record Shell(InetAddress host, Thread thread, Random random) {
  static long now() {
    return System.nanoTime();
  }
}
