// The tiled matrix product: c(i, j) = sum over k of a(i, k) b(k, j), k ascending, one fmaf a term. The order of a
// sum does not depend on the tile, so tiles can be chosen by speed; it does depend on the number of splits.
#pragma once
#include "portable.h"

template <int ROWS, int COLUMNS, int DEPTH, int THREAD_ROWS, int THREAD_COLUMNS>
struct Tile {
  static constexpr int rows = ROWS, columns = COLUMNS, depth = DEPTH;
  static constexpr int threadRows = THREAD_ROWS, threadColumns = THREAD_COLUMNS;
  static constexpr int across = COLUMNS / THREAD_COLUMNS;
  static constexpr int threads = (ROWS / THREAD_ROWS) * across;
  // Rows of the shared tiles start at multiples of 16 bytes; the padding spreads the banks.
  static constexpr int rowsPitch = ROWS + 4, columnsPitch = COLUMNS + 4;
  static constexpr int stage = DEPTH * (rowsPitch + columnsPitch);
  static constexpr int shared = 2 * stage;
};

// Brings WIDTH x DEPTH values of one operand into registers, then into shared memory as [DEPTH][PITCH].
// A source gives `Index index(int)` for the operand's rows (or columns), `Step step(int k)` and `load(Index, Step)`;
// an index or step outside loads zero. ALONG_K: neighbouring threads take neighbouring k.
template <class Source, bool ALONG_K, int WIDTH, int DEPTH, int PITCH, int THREADS>
struct Loader {
  static constexpr int count = WIDTH * DEPTH / THREADS;
  static constexpr int wide = WIDTH >= THREADS ? WIDTH / THREADS : 1;
  static constexpr int held = ALONG_K ? count : wide;
  static_assert(WIDTH * DEPTH % THREADS == 0, "every thread loads as much");
  static_assert(ALONG_K ? THREADS % DEPTH == 0 : (WIDTH % THREADS == 0 || THREADS % WIDTH == 0), "mapping");
  typename Source::Index at[held];
  float value[count];
  int t;

  INLINE int indexOf(int i) const {
    if (ALONG_K) return t / DEPTH + i * (THREADS / DEPTH);
    return WIDTH >= THREADS ? t + i % wide * THREADS : t % WIDTH;
  }
  INLINE int depthOf(int i) const {
    if (ALONG_K) return t % DEPTH;
    return WIDTH >= THREADS ? i / wide : t / WIDTH + i * (THREADS / WIDTH);
  }
  INLINE void prepare(const Source &source, int first) {
    t = (int)threadIdx.x;
#pragma unroll
    for (int i = 0; i < held; i++) at[i] = source.index(first + indexOf(i));
  }
  INLINE void fetch(const Source &source, int k, int to) {
    if (ALONG_K) {
      typename Source::Step s = source.step(k + t % DEPTH, to);
#pragma unroll
      for (int i = 0; i < count; i++) value[i] = source.load(at[i], s);
    } else {
#pragma unroll
      for (int i = 0; i < count; i++) value[i] = source.load(at[i % held], source.step(k + depthOf(i), to));
    }
  }
  INLINE void store(float *tile) const {
#pragma unroll
    for (int i = 0; i < count; i++) tile[depthOf(i) * PITCH + indexOf(i)] = value[i];
  }
};

template <class T, class A, bool A_ALONG_K, class B, bool B_ALONG_K, class Out>
INLINE void product(float *shared, const A &a, const B &b, int k, int per, const Out &out) {
  constexpr int groupsDown = T::threadRows / 4, groupsAcross = T::threadColumns / 4;
  constexpr int downPitch = T::rows / groupsDown, acrossPitch = T::columns / groupsAcross;
  int t = (int)threadIdx.x;
  int row0 = (int)blockIdx.y * T::rows, column0 = (int)blockIdx.x * T::columns;
  int from = (int)blockIdx.z * per, to = from + per < k ? from + per : k;
  int down = t / T::across * 4, right = t % T::across * 4;

  Loader<A, A_ALONG_K, T::rows, T::depth, T::rowsPitch, T::threads> left;
  Loader<B, B_ALONG_K, T::columns, T::depth, T::columnsPitch, T::threads> top;
  left.prepare(a, row0);
  top.prepare(b, column0);

  float sum[T::threadRows][T::threadColumns];
#pragma unroll
  for (int i = 0; i < T::threadRows; i++)
#pragma unroll
    for (int j = 0; j < T::threadColumns; j++) sum[i][j] = 0.0f;

  left.fetch(a, from, to);
  top.fetch(b, from, to);
  float *stage = shared;
  left.store(stage);
  top.store(stage + T::depth * T::rowsPitch);
  BARRIER();
  for (int p = from; p < to; p += T::depth) {
    bool more = p + T::depth < to;
    if (more) {
      left.fetch(a, p + T::depth, to);
      top.fetch(b, p + T::depth, to);
    }
    const float *x = stage + down, *y = stage + T::depth * T::rowsPitch + right;
#pragma unroll
    for (int d = 0; d < T::depth; d++) {
      float4 u[groupsDown], v[groupsAcross];
#pragma unroll
      for (int g = 0; g < groupsDown; g++)
        u[g] = *(const float4 *)(x + d * T::rowsPitch + g * downPitch);
#pragma unroll
      for (int g = 0; g < groupsAcross; g++)
        v[g] = *(const float4 *)(y + d * T::columnsPitch + g * acrossPitch);
#pragma unroll
      for (int i = 0; i < T::threadRows; i++) {
        float4 q = u[i / 4];
        float r = i % 4 == 0 ? q.x : i % 4 == 1 ? q.y : i % 4 == 2 ? q.z : q.w;
#pragma unroll
        for (int g = 0; g < groupsAcross; g++) {
          sum[i][4 * g] = fmaf(r, v[g].x, sum[i][4 * g]);
          sum[i][4 * g + 1] = fmaf(r, v[g].y, sum[i][4 * g + 1]);
          sum[i][4 * g + 2] = fmaf(r, v[g].z, sum[i][4 * g + 2]);
          sum[i][4 * g + 3] = fmaf(r, v[g].w, sum[i][4 * g + 3]);
        }
      }
    }
    if (more) {
      stage = stage == shared ? shared + T::stage : shared;
      left.store(stage);
      top.store(stage + T::depth * T::rowsPitch);
      if (!PLANTED(1)) BARRIER();
    }
  }
#pragma unroll
  for (int g = 0; g < groupsAcross; g++) {
    int j = column0 + g * acrossPitch + right;
    typename Out::Column place = out.column(j);
#pragma unroll
    for (int i = 0; i < T::threadRows; i++)
      out.put(row0 + i / 4 * downPitch + down + i % 4, j, place, &sum[i][4 * g]);
  }
}
