/**
 * What a server does with messages. No threads, sockets, clock, Spark or randomness here: time and
 * links are handed in, so that a simulator can run it.
 *
 * <p>A {@code ServerLife} goes from generation to generation with one {@code ServerCore}. Messages
 * come in by the {@code ServerInbox} and leave by the {@code Sessions} of the generation: a {@code
 * WorkerLink} for each worker, a {@code PeerLink} for each other server.
 *
 * <p>Each group that the server holds is a {@code Replica}. It has a {@code GroupState} (the bits),
 * a {@code GroupAggregation} (contributions to the open step) and, in each generation, a {@code
 * GroupRole}:
 *
 * <ul>
 *   <li>{@code PrimaryRole} makes the updates, by way of its {@code BackupPeer}: none, a {@code
 *       CurrentBackup}, or a {@code JoiningBackup} that is still sent the state;
 *   <li>{@code BackupRole} applies what the primary sends;
 *   <li>{@code RecruitRole} takes the state, and is a backup when it has all of it.
 * </ul>
 *
 * <p>Contributions become steps by an {@code Aggregation}: {@code WholeSteps}, with a {@code
 * BlockLedger} a block and {@code Clipping}, or {@code SlotStreams}, where workers do not wait for
 * each other.
 *
 * <p>{@code ServerRules} are the decisions on which all of that rests, so that a simulation can
 * break one of them.
 */
@NullMarked
package io.trireme.server.protocol;

import org.jspecify.annotations.NullMarked;
