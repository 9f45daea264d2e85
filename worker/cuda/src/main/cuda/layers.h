// Layers other than products: one thread an element, or one block a row or channel.
#pragma once
#include "math.h"

KERNEL(256) activation(int count, int kind, float alpha, const float *x, float *out) {
  int i = globalIndex();
  if (i < count) out[i] = activate(kind, alpha, x[i]);
}

// error of the input = error of the output * slope(x), added to what is there if `add`
KERNEL(256) activationBack(int count, int kind, float alpha, int add, const float *x, const float *error, float *xError) {
  int i = globalIndex();
  if (i >= count) return;
  float v = error[i] * slope(kind, alpha, x[i]);
  xError[i] = add ? xError[i] + v : v;
}

// out = a + b, rectified if `relu`
KERNEL(256) addition(int count, int relu, const float *a, const float *b, float *out) {
  int i = globalIndex();
  if (i >= count) return;
  float v = a[i] + b[i];
  out[i] = relu && !(v > 0.0f) ? 0.0f : v;
}

// error of an input = error of the output, zero where `out` (of ReLU; may be absent) is not positive
KERNEL(256) passBack(int count, int add, const float *out, const float *error, float *xError) {
  int i = globalIndex();
  if (i >= count) return;
  float v = out && !(out[i] > 0.0f) ? 0.0f : error[i];
  xError[i] = add ? xError[i] + v : v;
}

// Philox 4x32-10 (Salmon et al., 2011): four words from a counter and a key.
INLINE void philox(unsigned c[4], unsigned k0, unsigned k1) {
#pragma unroll
  for (int round = 0; round < 10; round++) {
    unsigned h0 = __umulhi(0xD2511F53u, c[0]), l0 = 0xD2511F53u * c[0];
    unsigned h1 = __umulhi(0xCD9E8D57u, c[2]), l1 = 0xCD9E8D57u * c[2];
    c[0] = h1 ^ c[1] ^ k0;
    c[1] = l1;
    c[2] = h0 ^ c[3] ^ k1;
    c[3] = l0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}

// Inverted dropout of four elements a thread: kept, times `scale`, where the element's word is below `bound`.
// state: seed's low and high word, step, epoch. With `add`, the result is added to what is there.
KERNEL(256) dropout(int count, int layer, unsigned bound, float scale, int add, const unsigned *state, const float *x, float *out) {
  int first = 4 * globalIndex();
  if (first >= count) return;
  unsigned c[4] = {(unsigned)(first / 4), (unsigned)layer, state[2], state[3]};
  philox(c, state[0], state[1]);
  for (int j = 0; j < 4 && first + j < count; j++) {
    float v = c[j] < bound ? x[first + j] * scale : 0.0f;
    out[first + j] = add ? out[first + j] + v : v;
  }
}

// Windows of a pooling over planes of height x width, a grid of gridHeight x gridWidth of them.
struct Pool {
  int height, width, windowY, windowX, strideY, strideX, padY, padX, dilationY, dilationX, gridHeight, gridWidthCount;
  int countsPadding;
  Divisor grid, gridWidth, plane, planeWidth, byStrideY, byStrideX;
};

KERNEL(256) maxPool(int count, Pool p, const float *x, float *out, unsigned char *chosen) {
  int i = globalIndex();
  if (i >= count) return;
  int plane = p.grid.quotient(i), within = i - plane * (int)p.grid.by;
  int row = p.gridWidth.quotient(within), column = within - row * (int)p.gridWidth.by;
  const float *from = x + (long)plane * p.height * p.width;
  int y0 = row * p.strideY - p.padY, x0 = column * p.strideX - p.padX;
  float best = 0.0f;
  int at = -1;
  for (int a = 0; a < p.windowY; a++)
    for (int b = 0; b < p.windowX; b++) {
      int y = y0 + a * p.dilationY, z = x0 + b * p.dilationX;
      if (y < 0 || y >= p.height || z < 0 || z >= p.width) continue;
      float v = from[y * p.width + z];
      if (at < 0 || v > best) {
        best = v;
        at = a * p.windowX + b;
      }
    }
  out[i] = best;
  chosen[i] = (unsigned char)at;
}

// The windows, first to last, that a position (counted from the padding's start) can lie in.
struct Span {
  int from, to;
};
INLINE Span spanOf(int position, int window, int dilation, int stride, Divisor byStride, int grid) {
  int last = byStride.quotient(position), before = position - (window - 1) * dilation;
  return {before > 0 ? byStride.quotient(before + stride - 1) : 0, last < grid ? last : grid - 1};
}

// The error of each input: from the windows that chose it, in ascending order.
KERNEL(256) maxPoolBack(int count, Pool p, int add, const float *error, const unsigned char *chosen, const float *mask, float *xError) {
  int i = globalIndex();
  if (i >= count) return;
  int plane = p.plane.quotient(i), within = i - plane * (int)p.plane.by;
  int y = p.planeWidth.quotient(within), z = within - y * (int)p.planeWidth.by;
  long first = (long)plane * p.gridHeight * p.gridWidthCount;
  Span rows = spanOf(y + p.padY, p.windowY, p.dilationY, p.strideY, p.byStrideY, p.gridHeight);
  Span columns = spanOf(z + p.padX, p.windowX, p.dilationX, p.strideX, p.byStrideX, p.gridWidthCount);
  float v = 0.0f;
  for (int row = rows.from; row <= rows.to; row++) {
    int a = y + p.padY - row * p.strideY;
    if (p.dilationY > 1 && a % p.dilationY != 0) continue;
    for (int column = columns.from; column <= columns.to; column++) {
      int b = z + p.padX - column * p.strideX;
      if (p.dilationX > 1 && b % p.dilationX != 0) continue;
      long q = first + row * p.gridWidthCount + column;
      if (chosen[q] == a / p.dilationY * p.windowX + b / p.dilationX) v = v + error[q];
    }
  }
  if (add) v = xError[i] + v;
  if (mask && !(mask[i] > 0.0f)) v = 0.0f;
  xError[i] = v;
}

INLINE int insideCount(int origin, int window, int dilation, int size) {
  int first = origin >= 0 ? 0 : (dilation > 1 ? (dilation - 1 - origin) / dilation : -origin);
  int last = dilation > 1 ? (size - 1 - origin) / dilation : size - 1 - origin;
  return (last < window ? last + 1 : window) - first;
}

INLINE float poolDivisor(const Pool &p, int row, int column) {
  if (p.countsPadding) return (float)(p.windowY * p.windowX);
  return (float)(insideCount(row * p.strideY - p.padY, p.windowY, p.dilationY, p.height) *
                 insideCount(column * p.strideX - p.padX, p.windowX, p.dilationX, p.width));
}

KERNEL(256) averagePool(int count, Pool p, const float *x, float *out) {
  int i = globalIndex();
  if (i >= count) return;
  int plane = p.grid.quotient(i), within = i - plane * (int)p.grid.by;
  int row = p.gridWidth.quotient(within), column = within - row * (int)p.gridWidth.by;
  const float *from = x + (long)plane * p.height * p.width;
  float s = 0.0f;
  for (int a = 0; a < p.windowY; a++)
    for (int b = 0; b < p.windowX; b++) {
      int y = row * p.strideY - p.padY + a * p.dilationY, z = column * p.strideX - p.padX + b * p.dilationX;
      if (y >= 0 && y < p.height && z >= 0 && z < p.width) s = s + from[y * p.width + z];
    }
  out[i] = __fdiv_rn(s, poolDivisor(p, row, column));
}

KERNEL(256) averagePoolBack(int count, Pool p, int add, const float *error, const float *mask, float *xError) {
  int i = globalIndex();
  if (i >= count) return;
  int plane = p.plane.quotient(i), within = i - plane * (int)p.plane.by;
  int y = p.planeWidth.quotient(within), z = within - y * (int)p.planeWidth.by;
  long first = (long)plane * p.gridHeight * p.gridWidthCount;
  Span rows = spanOf(y + p.padY, p.windowY, p.dilationY, p.strideY, p.byStrideY, p.gridHeight);
  Span columns = spanOf(z + p.padX, p.windowX, p.dilationX, p.strideX, p.byStrideX, p.gridWidthCount);
  float v = 0.0f;
  for (int row = rows.from; row <= rows.to; row++) {
    if (p.dilationY > 1 && (y + p.padY - row * p.strideY) % p.dilationY != 0) continue;
    for (int column = columns.from; column <= columns.to; column++) {
      if (p.dilationX > 1 && (z + p.padX - column * p.strideX) % p.dilationX != 0) continue;
      v = v + __fdiv_rn(error[first + row * p.gridWidthCount + column], poolDivisor(p, row, column));
    }
  }
  if (add) v = xError[i] + v;
  if (mask && !(mask[i] > 0.0f)) v = 0.0f;
  xError[i] = v;
}

// The sum of 256 threads' values by a fixed tree; every thread gets it. `scratch` holds 256 values.
INLINE float blockSum(float *scratch, float v) {
  int t = (int)threadIdx.x;
  if (PLANTED(7)) {
    if (t == 0) scratch[0] = 0.0f;
    BARRIER();
    scratch[0] = scratch[0] + v;
    BARRIER();
    return scratch[0];
  }
  if (!PLANTED(5) || t + 1 < (int)blockDim.x) scratch[t] = v;
  BARRIER();
  for (int d = (int)blockDim.x / 2; d > 0; d /= 2) {
    if (t < d) scratch[t] = scratch[t] + scratch[t + d];
    if (!PLANTED(4) || d > 64) BARRIER();
  }
  float s = scratch[0];
  BARRIER();
  return s;
}
