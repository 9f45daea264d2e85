package io.trireme.server.protocol;

/** What became of a frame of a contribution. */
enum Receipt {
  /** Its bytes were kept; the contribution is not whole yet. */
  KEPT,
  /** It made its contribution whole, which now counts; others are still missing. */
  COUNTED,
  /** It made its contribution whole, and with it what was waited for. */
  COMPLETE,
  /** Its slots, or its bytes, had been counted before. */
  DUPLICATE,
  /** It is no part of what is open: no such slots, or bytes that do not follow those before. */
  OUT_OF_PLACE,
  /** Its contribution was whole, but no encoding of the block, and was dropped. */
  BAD
}
