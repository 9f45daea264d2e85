package io.trireme.common.breach;

import java.io.ObjectInputStream;

/** What no class may do. */
final class Forbidden {
  static int state;

  private Forbidden() {}

  static void sleep() throws InterruptedException {
    Thread.sleep(1);
  }

  static void exit() {
    System.exit(state++);
  }

  static Object read(ObjectInputStream in) throws Exception {
    return in.readObject();
  }

  static void print(Exception e) {
    e.printStackTrace();
  }
}
