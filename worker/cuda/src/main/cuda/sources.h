// Where operands of a product come from.
#pragma once
#include "portable.h"

// Element (i, k) at i * pitch + k * stride. Row `ones`, if not negative, is all ones: the bias's gradient.
struct Matrix {
  const float *data;
  int count, pitch, stride, ones;
  typedef int Index;
  typedef int Step;
  INLINE Index index(int i) const { return i < count ? i * pitch : (i == ones ? -2 : -1); }
  INLINE Step step(int k, int to) const { return k < to ? k * stride : -1; }
  INLINE float load(Index i, Step k) const {
    return loadIf((k >= 0) & (i >= 0), data + (i + k), (k >= 0) & (i == -2) ? 1.0f : 0.0f);
  }
};

// One row of the table of a convolution's k: what to add to a position to find the value, and to a row of weights.
// Aligned, so that it is one load.
struct alignas(16) Tap {
  int offset, y, x, weight;
};

// Weights (i, k) at i * pitch + taps[k].weight.
struct Weights {
  const float *data;
  const Tap *taps;
  int count, pitch;
  typedef int Index;
  typedef int Step;
  INLINE Index index(int i) const { return i < count ? i * pitch : -1; }
  INLINE Step step(int k, int to) const { return k < to ? taps[k].weight : -1; }
  INLINE float load(Index i, Step k) const { return loadIf((i >= 0) & (k >= 0), data + (i + k), 0.0f); }
};

// Windows of images [n][channels][height][width]: position p = (image, row, column) of a grid of gridHeight x
// gridWidth windows, window origin (row * strideY + originY, column * strideX + originX), tap k inside the window.
struct Windows {
  const float *data;
  const Tap *taps;
  int positions, depth, height, width, imagePitch, strideY, strideX, originY, originX, ones;
  Divisor grid, gridWidth;

  struct Place {
    int base, y, x;
  };
  INLINE Place place(int p) const {
    int image = grid.quotient(p);
    int within = p - image * (int)grid.by;
    int row = gridWidth.quotient(within);
    int y = row * strideY + originY;
    int x = (within - row * (int)gridWidth.by) * strideX + originX;
    return {image * imagePitch + y * width + x, y, x};
  }
  INLINE float value(const Place &p, const Tap &k, float otherwise) const {
    int y = p.y + k.y, x = p.x + k.x;
    bool inside = ((unsigned)y < (unsigned)height + PLANTED(3)) & ((unsigned)x < (unsigned)width);
    return loadIf(inside, data + (p.base + k.offset), otherwise);
  }
};
#define OUTSIDE (-(1 << 28))

// For the forward pass and the error of the input: columns are positions, k are taps.
struct WindowsByTap : Windows {
  typedef Place Index;
  typedef Tap Step;
  INLINE Index index(int p) const {
    if (p < positions) return place(p);
    return {0, OUTSIDE, 0};
  }
  INLINE Step step(int k, int to) const {
    if (k < to) return taps[k];
    return {0, OUTSIDE, 0, 0};
  }
  INLINE float load(const Index &p, const Step &k) const { return value(p, k, 0.0f); }
};

// For the gradient of weights: columns are taps, k are positions.
struct WindowsByPosition : Windows {
  typedef Tap Index;
  typedef Place Step;
  INLINE Index index(int j) const {
    if (j < depth) return taps[j];
    return {0, j == ones ? -OUTSIDE : OUTSIDE, 0, 0};
  }
  INLINE Step step(int p, int to) const {
    if (p < to) return place(p);
    return {0, 2 * OUTSIDE, 0};
  }
  INLINE float load(const Index &k, const Step &p) const {
    return value(p, k, (k.y == -OUTSIDE) & (p.y != 2 * OUTSIDE) ? 1.0f : 0.0f);
  }
};

// Errors [n][channels][plane] as rows of channels over positions.
struct Errors {
  const float *data;
  int count, imagePitch;
  Divisor plane;
  typedef int Index;
  typedef int Step;
  INLINE Index index(int i) const { return i < count ? i * (int)plane.by : -1; }
  INLINE Step step(int p, int to) const {
    if (p >= to) return -1;
    int image = plane.quotient(p);
    return image * imagePitch + (p - image * (int)plane.by);
  }
  INLINE float load(Index i, Step p) const { return loadIf((i >= 0) & (p >= 0), data + (i + p), 0.0f); }
};
