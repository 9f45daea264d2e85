package io.trireme.worker.dl4j.chain;

/** A step of a {@link LayerChain}: arrays and operations are fixed when it is made. */
interface ChainStage extends AutoCloseable {

  /** Computes the output from the input that the stage before left. */
  void forward();

  /** Computes parameter gradients and the error of the input from the error of the output. */
  void backward();

  @Override
  void close();
}
