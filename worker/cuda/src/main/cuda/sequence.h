// Layers over sequences [n][positions][width] other than products and attention. A row is one position of one example.
#pragma once
#include "math.h"

#define NOT_A_NUMBER __int_as_float(0x7fc00000)

// out = the token's vector, plus the position's; a number that is no token gives NaN
KERNEL(256) embed(int count, int vocabulary, Divisor width, Divisor positions, const float *ids, const float *tokens,
                  const float *places, float *out) {
  int i = globalIndex();
  if (i >= count) return;
  int row = width.quotient(i), column = i - row * (int)width.by;
  int place = row - positions.quotient(row) * (int)positions.by;
  float id = ids[row];
  if (!(id >= 0.0f && id < (float)vocabulary)) {
    out[i] = NOT_A_NUMBER;
    return;
  }
  float v = tokens[(long)(int)id * (int)width.by + column];
  out[i] = places ? v + places[place * (int)width.by + column] : v;
}

// The errors of a token's rows, ascending: block (token, part of the rows, 128 columns). Parts are added by sumParts.
KERNEL(128) embedTokens(int rows, int per, int vocabulary, int width, const float *ids, const float *error, float *parts) {
  SHARED(scratch, 32);
  int t = (int)threadIdx.x, token = (int)blockIdx.x, column = (int)blockIdx.z * 128 + t;
  int from = (int)blockIdx.y * per, to = from + per < rows ? from + per : rows;
  float sum = 0.0f;
  for (int first = from; first < to; first += 32) {
    if (t < 32) scratch[t] = first + t < to ? ids[first + t] : -1.0f;
    BARRIER();
    int count = to - first < 32 ? to - first : 32;
    for (int j = 0; j < count; j++)
      if ((int)scratch[j] == token && column < width) sum = sum + error[(long)(first + j) * width + column];
    if (!PLANTED(10)) BARRIER();
  }
  if (column < width) parts[((long)blockIdx.y * vocabulary + token) * width + column] = sum;
}

// The sum over examples of each position's error
KERNEL(256) embedPlaces(int count, int examples, const float *error, float *gradient) {
  int i = globalIndex();
  if (i >= count) return;
  float sum = 0.0f;
  for (int n = 0; n < examples; n++) sum = sum + error[(long)n * count + i];
  gradient[i] = sum;
}

// to[i] = sum over parts of parts[part][i]: 8 lanes an element add every eighth, ascending; then the lanes by a fixed tree
KERNEL(256) sumParts(int parts, int count, int pitch, const float *from, float *to) {
  SHARED(scratch, 256);
  int t = (int)threadIdx.x, lane = t / 32, i = (int)blockIdx.x * 32 + t % 32;
  float s = 0.0f;
  if (i < count)
    for (int z = lane; z < parts; z += 8) s = s + from[(long)z * pitch + i];
  scratch[t] = s;
  BARRIER();
  for (int d = 4; d > 0; d /= 2) {
    if (lane < d) scratch[t] = scratch[t] + scratch[t + 32 * d];
    BARRIER();
  }
  if (lane == 0 && i < count) to[i] = scratch[t];
}

// The sum of a row's 32 lanes by a fixed tree; every lane gets it. `scratch` holds a value for each thread.
INLINE float rowSum(float *scratch, float v) {
  int t = (int)threadIdx.x, lane = t % 32;
  scratch[t] = v;
  BARRIER();
  for (int d = 16; d > 0; d /= 2) {
    if (lane < d) scratch[t] = scratch[t] + scratch[t + d];
    BARRIER();
  }
  float s = scratch[t - lane];
  BARRIER();
  return s;
}

// A row normalised by its own mean and deviation, 8 rows a block; saved[row] = mean, 1 / deviation
KERNEL(256) layerNorm(int rows, int width, float epsilon, const float *x, const float *gamma, const float *beta, float *saved,
                      float *out) {
  SHARED(scratch, 256);
  int row = (int)blockIdx.x * 8 + (int)threadIdx.x / 32, lane = (int)threadIdx.x % 32;
  bool inside = row < rows;
  long at = (long)(inside ? row : 0) * width;
  float s = 0.0f, q = 0.0f;
  for (int c = lane; c < width; c += 32) s = s + x[at + c];
  float mean = __fdiv_rn(rowSum(scratch, s), (float)width);
  for (int c = lane; c < width; c += 32) {
    float v = x[at + c] - mean;
    q = fmaf(v, v, q);
  }
  float variance = __fdiv_rn(rowSum(scratch, q), (float)width);
  float inverse = __fdiv_rn(1.0f, __fsqrt_rn(variance + epsilon));
  if (!inside) return;
  for (int c = lane; c < width; c += 32) {
    float v = (x[at + c] - mean) * inverse;
    out[at + c] = fmaf(gamma ? gamma[c] : 1.0f, v, beta ? beta[c] : 0.0f);
  }
  if (lane == 0) {
    saved[2 * row] = mean;
    saved[2 * row + 1] = inverse;
  }
}

KERNEL(256) layerNormBack(int rows, int width, int add, const float *x, const float *gamma, const float *saved, const float *error,
                          float *xError) {
  SHARED(scratch, 256);
  int row = (int)blockIdx.x * 8 + (int)threadIdx.x / 32, lane = (int)threadIdx.x % 32;
  bool inside = row < rows;
  long at = (long)(inside ? row : 0) * width;
  float mean = saved[inside ? 2 * row : 0], inverse = saved[inside ? 2 * row + 1 : 1], s = 0.0f, q = 0.0f;
  for (int c = lane; c < width; c += 32) {
    float e = error[at + c] * (gamma ? gamma[c] : 1.0f);
    s = s + e;
    q = fmaf(e, (x[at + c] - mean) * inverse, q);
  }
  s = __fdiv_rn(rowSum(scratch, s), (float)width);
  q = __fdiv_rn(rowSum(scratch, q), (float)width);
  if (!inside) return;
  for (int c = lane; c < width; c += 32) {
    float e = error[at + c] * (gamma ? gamma[c] : 1.0f);
    float v = (e - s - (x[at + c] - mean) * inverse * q) * inverse;
    xError[at + c] = add ? xError[at + c] + v : v;
  }
}

// parts[part] = sums over a part of the rows of error * normalised x, then of the error; sumParts adds the parts
KERNEL(256) layerNormParts(int rows, int per, int width, const float *x, const float *saved, const float *error, float *parts) {
  SHARED(scratch, 512);
  int t = (int)threadIdx.x, lane = t / 32, c = (int)blockIdx.x * 32 + t % 32;
  int from = (int)blockIdx.y * per, to = from + per < rows ? from + per : rows;
  float g = 0.0f, b = 0.0f;
  if (c < width)
    for (int row = from + lane; row < to; row += 8) {
      float e = error[(long)row * width + c];
      g = fmaf(e, (x[(long)row * width + c] - saved[2 * row]) * saved[2 * row + 1], g);
      b = b + e;
    }
  scratch[t] = g;
  scratch[256 + t] = b;
  BARRIER();
  for (int d = 4; d > 0; d /= 2) {
    if (lane < d) {
      scratch[t] = scratch[t] + scratch[t + 32 * d];
      scratch[256 + t] = scratch[256 + t] + scratch[256 + t + 32 * d];
    }
    BARRIER();
  }
  if (lane != 0 || c >= width) return;
  float *part = parts + (long)blockIdx.y * 2 * width;
  part[c] = scratch[t];
  part[width + c] = scratch[256 + t];
}

// Softmax and cross-entropy of a row whose label is the number of a class; 8 rows a block. The output is written where
// no labels are. A number that is no class gives NaN.
KERNEL(256) classLoss(int rows, int width, const float *z, const float *labels, float *out, float *error, float *losses) {
  SHARED(scratch, 256);
  int t = (int)threadIdx.x, row = (int)blockIdx.x * 8 + t / 32, lane = t % 32;
  bool inside = row < rows;
  long at = (long)(inside ? row : 0) * width;
  float top = z[at];
  for (int c = lane; c < width; c += 32) top = z[at + c] > top ? z[at + c] : top;
  scratch[t] = top;
  BARRIER();
  for (int d = 16; d > 0; d /= 2) {
    if (lane < d && scratch[t + d] > scratch[t]) scratch[t] = scratch[t + d];
    BARRIER();
  }
  top = scratch[t - lane];
  BARRIER();
  float s = 0.0f;
  for (int c = lane; c < width; c += 32) s = s + exponential(z[at + c] - top);
  s = rowSum(scratch, s);
  if (!inside) return;
  float label = labels ? labels[row] : 0.0f;
  bool known = label >= 0.0f && label < (float)width;
  for (int c = lane; c < width; c += 32) {
    float p = __fdiv_rn(exponential(z[at + c] - top), s);
    if (!labels)
      out[at + c] = p;
    else
      error[at + c] = known ? p - (c == (int)label ? 1.0f : 0.0f) : NOT_A_NUMBER;
  }
  if (labels && lane == 0) losses[row] = known ? logarithm(s) + (top - z[at + (int)label]) : NOT_A_NUMBER;
}
