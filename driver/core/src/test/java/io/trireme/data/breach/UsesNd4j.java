package io.trireme.data.breach;

import org.nd4j.linalg.api.ndarray.INDArray;

/** Data that knows arrays of a model. */
record UsesNd4j(INDArray array) {}
