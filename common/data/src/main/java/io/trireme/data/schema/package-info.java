/**
 * What an example is: named tensors. Shards, readers, engines and evaluation speak of these types;
 * nothing here knows a file format, a model or Spark.
 */
@NullMarked
package io.trireme.data.schema;

import org.jspecify.annotations.NullMarked;
