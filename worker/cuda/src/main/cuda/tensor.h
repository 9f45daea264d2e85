// The tiled product by tensor cores: operands are rounded to TF32 or bf16, sums are float. Inside of an instruction the
// card chooses the order of the sum, so bits may differ from card to card; they repeat on one card.
#pragma once
#include "product.h"

template <int ROWS, int COLUMNS, int WARP_ROWS, int WARP_COLUMNS>
struct TensorTile {
  static constexpr int rows = ROWS, columns = COLUMNS, depth = 16;
  static constexpr int warpRows = WARP_ROWS, warpColumns = WARP_COLUMNS;
  static constexpr int across = COLUMNS / WARP_COLUMNS;
  static constexpr int threads = 32 * (ROWS / WARP_ROWS) * across;
  // A pitch of 8 modulo 16 spreads a fragment over the banks.
  static constexpr int rowsPitch = ROWS + 8, columnsPitch = COLUMNS + 8;
  static constexpr int stage = depth * (rowsPitch + columnsPitch);
  static constexpr int shared = 2 * stage;
};

// A fragment is what one thread of a warp holds of a 16 x depth and a depth x 8 matrix.
struct Left {
  unsigned x[4];
};
struct Right {
  unsigned x[2];
};

struct Tf32 {
  static constexpr int depth = 8;
  // k = quad and quad + 4 of two rows
  static INLINE Left left(const float *tile, int pitch, int group, int quad) {
    const float *p = tile + quad * pitch + group, *q = p + 4 * pitch;
    return {{tf32Of(p[0]), tf32Of(p[8]), tf32Of(q[0]), tf32Of(q[8])}};
  }
  static INLINE Right right(const float *tile, int pitch, int group, int quad) {
    const float *p = tile + quad * pitch + group;
    return {{tf32Of(p[0]), tf32Of(p[4 * pitch])}};
  }
  static INLINE void add(float sum[4], const Left &a, const Right &b) { mmaTf32(sum, a.x, b.x); }
};

struct Bf16 {
  static constexpr int depth = 16;
  static INLINE unsigned two(const float *p, int pitch) { return bf16Pair(p[0], p[pitch]); }
  // k = 2 quad, 2 quad + 1 and the same plus 8 of two rows
  static INLINE Left left(const float *tile, int pitch, int group, int quad) {
    const float *p = tile + 2 * quad * pitch + group, *q = p + 8 * pitch;
    return {{two(p, pitch), two(p + 8, pitch), two(q, pitch), two(q + 8, pitch)}};
  }
  static INLINE Right right(const float *tile, int pitch, int group, int quad) {
    const float *p = tile + 2 * quad * pitch + group;
    return {{two(p, pitch), two(p + 8 * pitch, pitch)}};
  }
  static INLINE void add(float sum[4], const Left &a, const Right &b) { mmaBf16(sum, a.x, b.x); }
};

template <class Math, class T, class A, bool A_ALONG_K, class B, bool B_ALONG_K, class Out>
INLINE void tensorProduct(float *shared, const A &a, const B &b, int k, int per, const Out &out) {
  constexpr int down = T::warpRows / 16, right = T::warpColumns / 8;
  int t = (int)threadIdx.x, warp = t / 32, group = t % 32 / 4, quad = t % 4;
  int row0 = (int)blockIdx.y * T::rows, column0 = (int)blockIdx.x * T::columns;
  int warpRow = warp / T::across * T::warpRows, warpColumn = warp % T::across * T::warpColumns;
  int from = (int)blockIdx.z * per, to = from + per < k ? from + per : k;

  Loader<A, A_ALONG_K, T::rows, T::depth, T::rowsPitch, T::threads> left;
  Loader<B, B_ALONG_K, T::columns, T::depth, T::columnsPitch, T::threads> top;
  left.prepare(a, row0);
  top.prepare(b, column0);
  float sum[down][right][4];
#pragma unroll
  for (int i = 0; i < down; i++)
#pragma unroll
    for (int j = 0; j < right; j++)
#pragma unroll
      for (int q = 0; q < 4; q++) sum[i][j][q] = 0.0f;

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
    const float *x = stage + warpRow, *y = stage + T::depth * T::rowsPitch + warpColumn;
#pragma unroll
    for (int d = 0; d < T::depth; d += Math::depth) {
      Left u[down];
      Right v[right];
#pragma unroll
      for (int i = 0; i < down; i++) u[i] = Math::left(x + d * T::rowsPitch + 16 * i, T::rowsPitch, group, quad);
#pragma unroll
      for (int j = 0; j < right; j++) v[j] = Math::right(y + d * T::columnsPitch + 8 * j, T::columnsPitch, group, quad);
#pragma unroll
      for (int i = 0; i < down; i++)
#pragma unroll
        for (int j = 0; j < right; j++) Math::add(sum[i][j], u[i], v[j]);
    }
    if (more) {
      stage = stage == shared ? shared + T::stage : shared;
      left.store(stage);
      top.store(stage + T::depth * T::rowsPitch);
      BARRIER();
    }
  }
  // A thread holds columns 2 quad, 2 quad + 1 of rows group and group + 8; with its neighbour, four columns of one row.
  bool odd = quad % 2 == 1;
#pragma unroll
  for (int j = 0; j < right; j++) {
    int column = column0 + warpColumn + 8 * j + quad / 2 * 4;
    typename Out::Column place = out.column(column);
#pragma unroll
    for (int i = 0; i < down; i++) {
      float *s = sum[i][j];
      float first = neighbour(odd ? s[0] : s[2]), second = neighbour(odd ? s[1] : s[3]);
      float four[4] = {odd ? first : s[0], odd ? second : s[1], odd ? s[2] : first, odd ? s[3] : second};
      out.put(row0 + warpRow + 16 * i + group + (odd ? 8 : 0), column, place, four);
    }
  }
}
