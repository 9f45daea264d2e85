package io.trireme.server.protocol;

import io.trireme.common.layout.BlockGroup;

/** Makes what a server holds of block groups. */
public interface Updaters {

  /** An updater with the state before the first step in it; may block while it is fetched. */
  GroupUpdater first(BlockGroup group);

  /** An updater whose parameters and state are still to be written. */
  GroupUpdater blank(BlockGroup group);
}
