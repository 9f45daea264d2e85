package io.trireme.driver.rows;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.trireme.common.files.PlainFiles;
import io.trireme.data.source.ExampleSplit;
import io.trireme.data.source.ExampleStream;
import java.io.DataOutputStream;
import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;

/**
 * The rows of one partition, in a file of 32-bit floats, big-endian: features, then labels, row by
 * row.
 *
 * @param name how messages name the partition
 * @param file the file's URI
 * @param shape what the rows are
 * @param digest which rows they are
 * @param problem what is wrong with the partition; empty if nothing is
 */
record StagedPart(String name, String file, RowShape shape, RowDigest digest, String problem)
    implements ExampleSplit {

  private static final ObjectMapper JSON = new ObjectMapper();

  static StagedPart bad(String name, RowShape shape, String problem) {
    return new StagedPart(name, "", shape, RowDigest.EMPTY, problem);
  }

  /** As text, which any serializer that Spark is set to can carry. */
  String toJson() throws JsonProcessingException {
    return JSON.writeValueAsString(this);
  }

  static StagedPart fromJson(String json) throws JsonProcessingException {
    return JSON.readValue(json, StagedPart.class);
  }

  static void write(ExampleRow row, DataOutputStream out) throws IOException {
    for (float value : row.features()) {
      out.writeFloat(value);
    }
    for (float value : row.labels()) {
      out.writeFloat(value);
    }
  }

  @Override
  public ExampleStream open(Configuration configuration) throws IOException {
    Path path = new Path(file);
    return new StagedStream(this, PlainFiles.of(path, configuration).open(path));
  }
}
