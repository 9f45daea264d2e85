// Entry points of the products, one a tile. NT: both operands lie along k; NN: the first does; TN: neither.
#pragma once
#include "outputs.h"
#include "product.h"
#include "sources.h"

#define PRODUCTS(NAME, T)                                                                                      \
  KERNEL(T::threads) nt_##NAME(Matrix a, Matrix b, int k, int per, Output out) {                              \
    SHARED(shared, T::shared);                                                                                 \
    product<T, Matrix, true, Matrix, true>(shared, a, b, k, per, out);                                         \
  }                                                                                                            \
  KERNEL(T::threads) nn_##NAME(Matrix a, Matrix b, int k, int per, Output out) {                              \
    SHARED(shared, T::shared);                                                                                 \
    product<T, Matrix, true, Matrix, false>(shared, a, b, k, per, out);                                        \
  }                                                                                                            \
  KERNEL(T::threads) tn_##NAME(Matrix a, Matrix b, int k, int per, Output out) {                              \
    SHARED(shared, T::shared);                                                                                 \
    product<T, Matrix, false, Matrix, false>(shared, a, b, k, per, out);                                       \
  }                                                                                                            \
  KERNEL(T::threads) ntSplit_##NAME(Matrix a, Matrix b, int k, int per, Partial out) {                        \
    SHARED(shared, T::shared);                                                                                 \
    product<T, Matrix, true, Matrix, true>(shared, a, b, k, per, out);                                         \
  }                                                                                                            \
  KERNEL(T::threads) nnSplit_##NAME(Matrix a, Matrix b, int k, int per, Partial out) {                        \
    SHARED(shared, T::shared);                                                                                 \
    product<T, Matrix, true, Matrix, false>(shared, a, b, k, per, out);                                        \
  }                                                                                                            \
  KERNEL(T::threads) tnSplit_##NAME(Matrix a, Matrix b, int k, int per, Partial out) {                        \
    SHARED(shared, T::shared);                                                                                 \
    product<T, Matrix, false, Matrix, false>(shared, a, b, k, per, out);                                       \
  }

#define CONVOLUTIONS(NAME, T)                                                                                  \
  KERNEL(T::threads) convolve_##NAME(Weights a, WindowsByTap b, int k, int per, Output out) {                 \
    SHARED(shared, T::shared);                                                                                 \
    product<T, Weights, true, WindowsByTap, false>(shared, a, b, k, per, out);                                 \
  }                                                                                                            \
  KERNEL(T::threads) convolveStrided_##NAME(Weights a, WindowsByTap b, int k, int per, StridedOutput out) {   \
    SHARED(shared, T::shared);                                                                                 \
    product<T, Weights, true, WindowsByTap, false>(shared, a, b, k, per, out);                                 \
  }

#define CONVOLUTION_WEIGHTS(NAME, T)                                                                           \
  KERNEL(T::threads) convolveWeights_##NAME(Errors a, WindowsByPosition b, int k, int per, Partial out) {     \
    SHARED(shared, T::shared);                                                                                 \
    product<T, Errors, true, WindowsByPosition, true>(shared, a, b, k, per, out);                              \
  }

typedef Tile<64, 64, 16, 8, 4> Tile64x64;
typedef Tile<32, 128, 8, 8, 4> Tile32x128;
typedef Tile<16, 128, 8, 8, 4> Tile16x128;
typedef Tile<32, 64, 16, 4, 4> Tile32x64;
typedef Tile<32, 32, 16, 4, 4> Tile32x32;
typedef Tile<16, 64, 16, 4, 4> Tile16x64;

PRODUCTS(64x64, Tile64x64)
PRODUCTS(32x64, Tile32x64)
PRODUCTS(32x32, Tile32x32)
CONVOLUTIONS(64x64, Tile64x64)
CONVOLUTIONS(32x128, Tile32x128)
CONVOLUTIONS(16x128, Tile16x128)
CONVOLUTION_WEIGHTS(64x64, Tile64x64)
CONVOLUTION_WEIGHTS(32x32, Tile32x32)
CONVOLUTION_WEIGHTS(16x64, Tile16x64)

// The splits of a product: 8 lanes an element add every eighth, ascending; then the lanes by a fixed tree.
KERNEL(256) addSplits(int splits, int columns, Divisor byColumns, int count, const float *partial, Output out) {
  SHARED(scratch, 256);
  int t = (int)threadIdx.x, lane = t / 32;
  int e = (int)blockIdx.x * 32 + t % 32;
  float s = 0.0f;
  if (e < count)
    for (int z = lane; z < splits; z += 8) s = s + partial[(long)z * count + e];
  scratch[t] = s;
  BARRIER();
  for (int d = 4; d > 0; d /= 2) {
    if (lane < d) scratch[t] = scratch[t] + scratch[t + 32 * d];
    BARRIER();
  }
  if (lane != 0 || e >= count) return;
  int i = byColumns.quotient(e), j = e - i * columns;
  out.one(i, j, out.column(j).offset + i * out.rowPitch, scratch[t]);
}

// The same for at most 8 splits, with the same bits: one thread an element adds by the same tree.
KERNEL(256) addFewSplits(int splits, int columns, Divisor byColumns, int count, const float *partial, Output out) {
  int e = globalIndex();
  if (e >= count) return;
  float s[8];
#pragma unroll
  for (int z = 0; z < 8; z++) s[z] = z < splits ? 0.0f + partial[(long)z * count + e] : 0.0f;
#pragma unroll
  for (int d = 4; d > 0; d /= 2)
#pragma unroll
    for (int z = 0; z < d; z++) s[z] = s[z] + s[z + d];
  int i = byColumns.quotient(e), j = e - i * columns;
  out.one(i, j, out.column(j).offset + i * out.rowPitch, s[0]);
}
