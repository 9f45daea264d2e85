/**
 * Checkpoints as they lie on a file system, and who may write them. Knows nothing of the protocol:
 * what a section holds is its writer's business.
 *
 * <h2>Folder</h2>
 *
 * <pre>
 * checkpoints/
 *   step-000000000120/                      the state after 120 steps: step 120 is the next one
 *     server-00000.t000003-9f2c41aa.shard   a server's share; the middle part is the attempt
 *     server-00001.t000003-9f2c41aa.shard
 *     worker-00000.t000003-9f2c41aa.shard   what a worker's encoders keep, where a codec loses
 *     manifest.json                         written last: the step exists if this is whole
 * </pre>
 *
 * <p>Every file is made by create, write, sync, close; nothing is renamed, so that object stores do
 * as well as HDFS. An attempt's files have names of their own, so no attempt writes over another's.
 * What a manifest does not list is debris. Everything is little-endian.
 *
 * <h2>Shard file, format 2</h2>
 *
 * <pre>
 * offset  bytes  what
 * 0       8      "TRIRCKPT"
 * 8       4      format of the file, 2
 * 12      4      h, length of the header, a multiple of 64
 * 16      8      step
 * 24      4      index of the server, or of the worker plus 65536
 * 28      2      j, bytes of the job's id
 * 30      2      a, bytes of the attempt
 * 32      j      the job's id, UTF-8
 * 32+j    a      the attempt, UTF-8
 *                zeros
 * h-4     4      CRC32C of the h-4 bytes before
 * h              the sections, in any order, each at a multiple of 64 with zeros before it
 * </pre>
 *
 * <p>The file ends where its last section ends. A section is bytes alone; where it lies, its length
 * and its CRC32C are in the manifest, so that a reader of one group reads and verifies just that
 * group. The kinds of sections:
 *
 * <ul>
 *   <li>{@code PARAMETERS}, index: the group, part 0: its parameters, float32.
 *   <li>{@code STATE}, index: the group, part: the position in the optimizer's list: float32.
 *   <li>{@code TRAVEL}, index: the group, part: where a codec shares a scale or changes of
 *       parameters travel encoded, what the server keeps of it. First, if gradients are ever
 *       encoded, three float32 for each block of the group: the scales of the step before, of this
 *       step for all blocks, and a place for those of the next. Then, if changes are, the
 *       parameters as workers have them, float32, and the buffers of each block's encoder. Whose
 *       state is of the last step has there what the workers would have if it were not the last.
 *   <li>{@code RESIDUAL}, name: {@code lo-hi}, the slots lo to hi-1 of a node of the reduction
 *       tree, index: the block, part: the position in the encoder's list: what the encoder of that
 *       node's gradients of that block keeps before this step. Part 0 is the residual, float32, one
 *       for each float of the block (where parts of a block have codecs of their own, of the first
 *       of these that keeps any, and so on); the others are the codec's own, such as {@code topk}'s
 *       velocity, {@code threshold}'s next tau and {@code powersgd}'s bases. The nodes cover all
 *       slots once. There are none where all gradients travel plain.
 *   <li>{@code EXTRA}, name, index, part: what the name says.
 * </ul>
 *
 * <p>Format 1 has neither {@code TRAVEL} nor {@code RESIDUAL}, and no files of workers; it is read
 * like format 2.
 *
 * <h2>manifest.json, format 2</h2>
 *
 * <p>One JSON object, UTF-8, whose fields are those of {@link
 * io.trireme.common.checkpoint.Manifest}. The last 25 bytes are a trailer, which is part of the
 * JSON: a comma, a line feed, {@code "crc32c":"xxxxxxxx"}, a closing brace and a line feed, where
 * the digits are the CRC32C, in lower-case hexadecimal, of all bytes before the trailer. A manifest
 * that was cut off, or changed in any bit, does not read. Later formats keep the trailer and the
 * field {@code formatVersion}, so that a reader can tell a newer format from damage.
 *
 * <h2>Order of events</h2>
 *
 * <ol>
 *   <li>Each server, and each worker with residuals, writes its shard file ({@link
 *       io.trireme.common.checkpoint.CheckpointShardWriter}).
 *   <li>The holder of the lease ({@link io.trireme.common.checkpoint.JobLease}) commits the
 *       manifest ({@link io.trireme.common.checkpoint.CheckpointFolder#commit}).
 *   <li>It prunes: of an old step the manifest goes first, then the files.
 * </ol>
 */
@NullMarked
package io.trireme.common.checkpoint;

import org.jspecify.annotations.NullMarked;
