/**
 * The fast path of a plain stack of DL4J's layers: the same native operations on fixed arrays, with
 * the same bits. It knows DL4J's layers and their parameters; nothing of data, slots or servers.
 */
@NullMarked
package io.trireme.worker.dl4j.chain;

import org.jspecify.annotations.NullMarked;
