package io.trireme.driver.rows;

/**
 * The numbers of one example.
 *
 * @param features what the model gets
 * @param labels what it should say: one class's number, or quantities
 */
public record ExampleRow(float[] features, float[] labels) {}
