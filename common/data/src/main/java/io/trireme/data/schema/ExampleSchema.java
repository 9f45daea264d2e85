package io.trireme.data.schema;

import java.io.Serializable;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The tensors of an example, in the order of their columns.
 *
 * @param tensors one or more, with names that differ
 */
public record ExampleSchema(List<TensorSpec> tensors) implements Serializable {

  public ExampleSchema {
    tensors = List.copyOf(tensors);
    long names = tensors.stream().map(TensorSpec::name).distinct().count();
    if (tensors.isEmpty() || names != tensors.size()) {
      throw new IllegalArgumentException("tensors " + tensors + ", expected names that differ");
    }
  }

  /** The tensors of a role, in order. */
  public List<TensorSpec> of(Role role) {
    return tensors.stream().filter(tensor -> tensor.role() == role).toList();
  }

  /**
   * The tensor of a name.
   *
   * @throws IllegalArgumentException if there is none; the message lists the names
   */
  public TensorSpec tensor(String name) {
    return tensors.get(indexOf(name));
  }

  /**
   * The place of a tensor among the columns.
   *
   * @throws IllegalArgumentException if there is none of that name; the message lists the names
   */
  public int indexOf(String name) {
    for (int i = 0; i < tensors.size(); i++) {
      if (tensors.get(i).name().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException(
        "no tensor '"
            + name
            + "'; there are "
            + tensors.stream().map(TensorSpec::name).collect(Collectors.joining(", ")));
  }
}
