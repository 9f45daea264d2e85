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
    if (k < 0 || i == -1) return 0.0f;
    return i < 0 ? 1.0f : data[i + k];
  }
};

// One row of the table of a convolution's k: what to add to a position to find the value, and to a row of weights.
struct Tap {
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
  INLINE float load(Index i, Step k) const { return i >= 0 && k >= 0 ? data[i + k] : 0.0f; }
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
  INLINE float value(const Place &p, const Tap &k) const {
    int y = p.y + k.y, x = p.x + k.x;
#if TRIREME_PLANT == 3
    return (unsigned)y <= (unsigned)height && (unsigned)x < (unsigned)width ? data[p.base + k.offset] : 0.0f;
#else
    return (unsigned)y < (unsigned)height && (unsigned)x < (unsigned)width ? data[p.base + k.offset] : 0.0f;
#endif
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
  INLINE float load(const Index &p, const Step &k) const { return value(p, k); }
};

// The same for a stride above one in the backward pass: only every stride-th position has a partner.
struct StridedWindows : Windows {
  Divisor byY, byX;
  typedef Place Index;
  typedef Tap Step;
  INLINE Index index(int p) const {
    if (p >= positions) return {0, OUTSIDE, 0};
    Place at = place(p);
    int image = grid.quotient(p);
    at.base = image * imagePitch;
    return at;
  }
  INLINE Step step(int k, int to) const {
    if (k < to) return taps[k];
    return {0, OUTSIDE, 0, 0};
  }
  INLINE float load(const Index &p, const Step &k) const {
    int y = p.y + k.y, x = p.x + k.x;
    if (y < 0 || x < 0) return 0.0f;
    int v = byY.quotient(y), u = byX.quotient(x);
    if (v * (int)byY.by != y || u * (int)byX.by != x || v >= height || u >= width) return 0.0f;
    return data[p.base + k.offset + v * width + u];
  }
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
    if (k.y == -OUTSIDE) return p.y == 2 * OUTSIDE ? 0.0f : 1.0f;
    return value(p, k);
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
  INLINE float load(Index i, Step p) const { return i >= 0 && p >= 0 ? data[i + p] : 0.0f; }
};
