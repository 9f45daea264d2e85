// Where results go: what is added, which activation, which mask, and the shape in memory.
#pragma once
#include "math.h"

#define OUT_RELU 1         // negative results become zero
#define OUT_ADD 2          // the result is added to what is there
#define OUT_BIAS_ROW 4     // the bias has an entry a row of the result, else a column
#define OUT_VECTOR 8       // four neighbours of a row are neighbours in memory, aligned to 16 bytes

// Element (i, j) of the result lies at image(j) * imagePitch + i * rowPitch + within(j), where an image has `plane`
// columns: a plain matrix is one image.
struct Output {
  float *out;
  const float *bias;
  const float *mask;   // an output of ReLU: where it is not positive, the result is zero
  float *lastColumn;   // column `columns` of a weight gradient: the bias's
  int rows, columns, rowPitch, imagePitch, flags;
  Divisor plane;

  struct Column {
    int offset;
  };
  INLINE Column column(int j) const {
    int image = plane.quotient(j);
    return {image * imagePitch + (j - image * (int)plane.by)};
  }
  INLINE float finish(int i, int j, int at, float v) const {
    if (bias) v = v + bias[flags & OUT_BIAS_ROW ? i : j];
    if (flags & OUT_RELU) v = v > 0.0f ? v : 0.0f;
    if (flags & OUT_ADD) v = out[at] + v;
    if (mask) v = mask[at] > 0.0f ? v : 0.0f;
    return v;
  }
  INLINE void one(int i, int j, int at, float v) const {
    if (j < columns)
      out[at] = finish(i, j, at, v);
    else if (lastColumn && j == columns)
      lastColumn[i + PLANTED(6)] = v;
  }
  INLINE void put(int i, int j, Column place, const float *v) const {
    if (i >= rows + PLANTED(2)) return;
    int at = place.offset + i * rowPitch;
    if ((flags & OUT_VECTOR) && j + 3 < columns) {
      float4 w = {finish(i, j, at, v[0]), finish(i, j + 1, at + 1, v[1]), finish(i, j + 2, at + 2, v[2]),
                  finish(i, j + 3, at + 3, v[3])};
      *(float4 *)(out + at) = w;
      return;
    }
    one(i, j, at, v[0]);
    one(i, j + 1, column(j + 1).offset + i * rowPitch, v[1]);
    one(i, j + 2, column(j + 2).offset + i * rowPitch, v[2]);
    one(i, j + 3, column(j + 3).offset + i * rowPitch, v[3]);
  }
};

// The same where columns are every stride-th position of an image: `to.plane` counts them.
struct StridedOutput {
  Output to;
  int rowStep, columnStep;
  Divisor width;
  typedef Output::Column Column;
  INLINE Column column(int j) const {
    int image = to.plane.quotient(j), within = j - image * (int)to.plane.by;
    int row = width.quotient(within);
    return {image * to.imagePitch + row * rowStep + (within - row * (int)width.by) * columnStep};
  }
  INLINE void put(int i, int j, Column place, const float *v) const {
    if (i >= to.rows) return;
    int row = i * to.rowPitch;
    to.one(i, j, place.offset + row, v[0]);
#pragma unroll
    for (int q = 1; q < 4; q++) to.one(i, j + q, column(j + q).offset + row, v[q]);
  }
};

// Sums of a split: a plain matrix for each, without anything added.
struct Partial {
  float *out;
  int rows, columns;
  struct Column {
    int offset;
  };
  INLINE Column column(int j) const { return {j}; }
  INLINE void put(int i, int j, Column, const float *v) const {
    if (i >= rows) return;
    float *to = out + ((long)blockIdx.z * rows + i) * columns + j;
#pragma unroll
    for (int q = 0; q < 4; q++)
      if (j + q < columns) to[q] = v[q];
  }
};
