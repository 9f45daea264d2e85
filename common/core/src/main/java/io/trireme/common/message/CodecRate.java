package io.trireme.common.message;

/**
 * What a codec costs and saves on one executor, as measured there for all blocks of the job.
 *
 * @param codec its name
 * @param encodeSeconds time to encode the whole vector once
 * @param decodeSeconds time to decode it once
 * @param ratio bytes of the encoding by bytes of the floats
 */
public record CodecRate(String codec, double encodeSeconds, double decodeSeconds, double ratio) {}
