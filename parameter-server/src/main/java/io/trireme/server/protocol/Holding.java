package io.trireme.server.protocol;

/**
 * What one server has of a block group. While a replica that counts is at the newest step that was
 * released, the group survives the loss of all others. It counts if the newest generation that was
 * formed names its server as the primary or as a backup that was current, or if the server has
 * entered that generation.
 *
 * @param group the group's index
 * @param step the step that its parameters are for
 * @param whole whether it has all of the group's state
 * @param released the newest step of which this server let workers have the parameters; -1 if none
 * @param entered the newest generation that the server has entered; 0 if none
 */
public record Holding(int group, long step, boolean whole, long released, int entered) {}
