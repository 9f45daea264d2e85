package io.trireme.cuda.engine;

/** One layer's kernels. */
interface Stage {
  /**
   * Puts the forward pass of a minibatch in.
   *
   * @param training whether the minibatch's own statistics and dropout apply
   */
  void forward(int examples, boolean training);

  /** Puts the backward pass in: the gradient of the layer's parameters, the error of its inputs. */
  void backward(int examples);
}
