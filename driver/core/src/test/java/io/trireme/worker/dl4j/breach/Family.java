package io.trireme.worker.dl4j.breach;

/** Stands for a class of the DL4J family. */
public final class Family {}
