package io.trireme.server.protocol;

/** Finds the factor that each mean gradient is multiplied by, in one generation. */
interface Clipping {

  /** Nothing is clipped: the factor is 1, and there are no shares of a norm. */
  Clipping NONE =
      new Clipping() {
        @Override
        public void add(GroupSteps group) {}

        @Override
        public void begin() {}

        @Override
        public void onReduced(GroupSteps group) {
          group.scaleBy(1.0);
        }

        @Override
        public boolean takeShare(int block, long step, double sumOfSquares) {
          return false;
        }
      };

  /** Adds a group of which this server is the primary. */
  void add(GroupSteps group);

  /** All groups are added: goes on with what was under way before the generation. */
  void begin();

  /** The mean gradient of a group's open step is there. */
  void onReduced(GroupSteps group);

  /**
   * Takes another server's share of the norm.
   *
   * @return false if it is out of place
   */
  boolean takeShare(int block, long step, double sumOfSquares);
}
