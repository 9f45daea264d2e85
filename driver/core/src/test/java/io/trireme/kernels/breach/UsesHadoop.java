package io.trireme.kernels.breach;

import org.apache.hadoop.fs.Path;

/** A kernel that knows a file system. */
record UsesHadoop(Path path) {}
