// The warp's instructions for g++: every thread lays its part down, all wait, each takes what it needs. The products'
// sums are in ascending order, one fmaf a term; a card's order is its own.
#pragma once
#include "standin.h"

namespace standinWarp {
struct Fragments {
  unsigned a[32][4], b[32][2];
  float value[32];
};
inline Fragments &mine() {
  static Fragments warps[8];
  return warps[threadIdx.x / 32];
}
inline float half(unsigned pair, int upper) { return __int_as_float(upper ? pair & 0xffff0000u : pair << 16); }

inline void multiply(bool bf16, float c[4], const unsigned a[4], const unsigned b[2]) {
  Fragments &w = mine();
  int lane = threadIdx.x % 32, depth = bf16 ? 16 : 8;
  memcpy(w.a[lane], a, 16);
  memcpy(w.b[lane], b, 8);
  BARRIER();
  for (int i = 0; i < 4; i++) {
    int row = lane / 4 + i / 2 * 8, column = lane % 4 * 2 + i % 2;
    for (int k = 0; k < depth; k++) {
      int from = bf16 ? k % 8 / 2 : k % 4, part = bf16 ? k / 8 : k / 4;
      unsigned x = w.a[row % 8 * 4 + from][row / 8 + 2 * part], y = w.b[column * 4 + from][part];
      c[i] = bf16 ? fmaf(half(x, k % 2), half(y, k % 2), c[i]) : fmaf(__int_as_float(x), __int_as_float(y), c[i]);
    }
  }
  BARRIER();
}
inline unsigned bf16(float v) {
  unsigned bits = __float_as_int(v);
  if (v != v) return 0x7fff;
  return (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
}
}  // namespace standinWarp

inline unsigned tf32Of(float v) { return v == v ? (__float_as_int(v) + 0x1000u) & 0xffffe000u : 0x7fffffffu; }
inline unsigned bf16Pair(float first, float second) { return standinWarp::bf16(first) | standinWarp::bf16(second) << 16; }
inline void mmaTf32(float c[4], const unsigned a[4], const unsigned b[2]) { standinWarp::multiply(false, c, a, b); }
inline void mmaBf16(float c[4], const unsigned a[4], const unsigned b[2]) { standinWarp::multiply(true, c, a, b); }
inline float neighbour(float v) {
  standinWarp::Fragments &w = standinWarp::mine();
  int lane = threadIdx.x % 32;
  w.value[lane] = v;
  BARRIER();
  float other = w.value[lane ^ 1];
  BARRIER();
  return other;
}
