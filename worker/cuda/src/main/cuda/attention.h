// Attention over [n][positions][3 * width]: query, key and value of each head side by side. Scores are never kept: a
// row keeps the greatest and 1 / the sum of its exponentials, and the backward pass makes the scores again. Tiles follow
// each other in ascending order, so that sums have one order.
#pragma once
#include "math.h"

struct Attention {
  const float *packed;   // query, key, value
  float *rows;           // for each head and query: greatest, 1 / sum, error . result
  int positions, heads, head, causal;
  float scale;
};

// A tile of SIDE queries by SIDE keys for heads of at most WIDTH values; 8 threads a row.
template <int SIDE, int WIDTH>
struct Attend {
  static constexpr int threads = 8 * SIDE, pitch = WIDTH + 4, scorePitch = SIDE + 1;
  static constexpr int tile = SIDE * pitch, scores = SIDE * scorePitch;
  static constexpr int keys = SIDE / 8, quads = WIDTH / 32;

  const Attention &p;
  int t, row, lane, head, first, width;   // first: row of the minibatch where the example starts
  INLINE explicit Attend(const Attention &p) : p(p) {
    t = (int)threadIdx.x;
    row = t / 8;
    lane = t % 8;
    head = (int)blockIdx.y;
    first = (int)blockIdx.z * p.positions;
    width = p.heads * p.head;
  }
  INLINE float *state(int query) const { return p.rows + 3 * (((long)blockIdx.z * p.heads + head) * p.positions + query); }
  // part: 0 query, 1 key, 2 value
  INLINE long packed(int position, int part) const {
    return ((long)(first + position) * 3 + part) * width + head * p.head;
  }
  INLINE long plain(int position) const { return (long)(first + position) * width + head * p.head; }

  // Rows `from` and after into a tile; zeros beyond the positions and beyond the head's width.
  INLINE void load(float *to, const float *source, int from, int part) const {
    for (int i = t; i < SIDE * WIDTH; i += threads) {
      int r = i / WIDTH, c = i % WIDTH;
      bool inside = (from + r < p.positions) & (c < p.head);
      long at = part < 0 ? plain(from + r) : packed(from + r, part);
      to[r * pitch + c] = inside ? source[at + c] : 0.0f;
    }
  }
  INLINE bool sees(int query, int key) const { return (key < p.positions) & (!p.causal | (key <= query + PLANTED(8))); }
  // sums[j] = this row of `a` times row lane + 8 j of `b`
  INLINE void products(const float *a, const float *b, float sums[keys]) const {
#pragma unroll
    for (int j = 0; j < keys; j++) sums[j] = 0.0f;
    for (int c = 0; c < WIDTH; c += 4) {
      float4 x = *(const float4 *)(a + row * pitch + c);
#pragma unroll
      for (int j = 0; j < keys; j++) {
        float4 y = *(const float4 *)(b + (lane + 8 * j) * pitch + c);
        sums[j] = fmaf(x.x, y.x, sums[j]);
        sums[j] = fmaf(x.y, y.y, sums[j]);
        sums[j] = fmaf(x.z, y.z, sums[j]);
        sums[j] = fmaf(x.w, y.w, sums[j]);
      }
    }
  }
  // sum += weight * this thread's columns of row `from` of a tile: 4 lane + 32 q and the three after it
  INLINE void add(float sum[quads][4], float weight, const float *tile, int from) const {
#pragma unroll
    for (int q = 0; q < quads; q++) {
      float4 v = *(const float4 *)(tile + from * pitch + 4 * lane + 32 * q);
      sum[q][0] = fmaf(weight, v.x, sum[q][0]);
      sum[q][1] = fmaf(weight, v.y, sum[q][1]);
      sum[q][2] = fmaf(weight, v.z, sum[q][2]);
      sum[q][3] = fmaf(weight, v.w, sum[q][3]);
    }
  }
  INLINE void clear(float sum[quads][4]) const {
#pragma unroll
    for (int q = 0; q < quads; q++)
#pragma unroll
      for (int i = 0; i < 4; i++) sum[q][i] = 0.0f;
  }
  // this thread's columns to `at` and after, times a factor
  INLINE void put(float *at, const float sum[quads][4], float factor, int add) const {
#pragma unroll
    for (int q = 0; q < quads; q++)
#pragma unroll
      for (int i = 0; i < 4; i++) {
        int c = 4 * lane + 32 * q + i;
        if (c >= p.head) continue;
        float v = sum[q][i] * factor;
        at[c] = add ? at[c] + v : v;
      }
  }

  INLINE void forward(float *shared, float *out) const {
    float *query = shared, *key = query + tile, *value = key + tile, *score = value + tile;
    int q0 = (int)blockIdx.x * SIDE, mine = q0 + row;
    float top = -3.0e38f, all = 0.0f, sum[quads][4];
    clear(sum);
    load(query, p.packed, q0, 0);
    int end = p.causal && q0 + SIDE < p.positions ? q0 + SIDE : p.positions;
    for (int k0 = 0; k0 < end; k0 += SIDE) {
      load(key, p.packed, k0, 1);
      load(value, p.packed, k0, 2);
      BARRIER();
      float s[keys];
      products(query, key, s);
#pragma unroll
      for (int j = 0; j < keys; j++) {
        s[j] = s[j] * p.scale;
        score[row * scorePitch + lane + 8 * j] = sees(mine, k0 + lane + 8 * j) ? s[j] : -3.0e38f;
      }
      BARRIER();
      float before = top;
      for (int k = 0; k < SIDE; k++) {
        float v = score[row * scorePitch + k];
        top = v > top ? v : top;
      }
      BARRIER();
#pragma unroll
      for (int j = 0; j < keys; j++)
        score[row * scorePitch + lane + 8 * j] = sees(mine, k0 + lane + 8 * j) ? exponential(s[j] - top) : 0.0f;
      if (!PLANTED(9)) BARRIER();
      float less = exponential(before - top);
      all = all * less;
#pragma unroll
      for (int q = 0; q < quads; q++)
#pragma unroll
        for (int i = 0; i < 4; i++) sum[q][i] = sum[q][i] * less;
      for (int k = 0; k < SIDE; k++) {
        float e = score[row * scorePitch + k];
        all = all + e;
        add(sum, e, value, k);
      }
      BARRIER();
    }
    if (mine >= p.positions) return;
    float inverse = __fdiv_rn(1.0f, all);
    put(out + plain(mine), sum, inverse, 0);
    if (lane == 0) {
      float *kept = state(mine);
      kept[0] = top;
      kept[1] = inverse;
    }
  }

  // The error of the queries, and for each query the product of its result and the result's error.
  INLINE void backQuery(float *shared, const float *out, const float *error, float *packedError, int add_) const {
    float *query = shared, *errors = query + tile, *key = errors + tile, *value = key + tile, *score = value + tile;
    int q0 = (int)blockIdx.x * SIDE, mine = q0 + row;
    bool inside = mine < p.positions;
    load(query, p.packed, q0, 0);
    load(errors, error, q0, -1);
    load(key, out, q0, -1);
    BARRIER();
    float dot = 0.0f;
    for (int c = 0; c < WIDTH; c++) dot = fmaf(errors[row * pitch + c], key[row * pitch + c], dot);
    float *kept = state(inside ? mine : 0);
    float top = kept[0], inverse = kept[1], sum[quads][4];
    if (inside && lane == 0) kept[2] = dot;
    clear(sum);
    BARRIER();
    int end = p.causal && q0 + SIDE < p.positions ? q0 + SIDE : p.positions;
    for (int k0 = 0; k0 < end; k0 += SIDE) {
      load(key, p.packed, k0, 1);
      load(value, p.packed, k0, 2);
      BARRIER();
      float s[keys], e[keys];
      products(query, key, s);
      products(errors, value, e);
#pragma unroll
      for (int j = 0; j < keys; j++) {
        float weight = sees(mine, k0 + lane + 8 * j) ? exponential(s[j] * p.scale - top) * inverse : 0.0f;
        score[row * scorePitch + lane + 8 * j] = weight * (e[j] - dot);
      }
      BARRIER();
      for (int k = 0; k < SIDE; k++) add(sum, score[row * scorePitch + k], key, k);
      BARRIER();
    }
    if (inside) put(packedError + packed(mine, 0), sum, p.scale, add_);
  }

  // The errors of keys and values; rows are keys here.
  INLINE void backKey(float *shared, const float *error, float *packedError, int add_) const {
    float *key = shared, *value = key + tile, *query = value + tile, *errors = query + tile;
    float *weights = errors + tile, *score = weights + scores;
    int k0 = (int)blockIdx.x * SIDE, mine = k0 + row;
    float keySum[quads][4], valueSum[quads][4];
    clear(keySum);
    clear(valueSum);
    load(key, p.packed, k0, 1);
    load(value, p.packed, k0, 2);
    for (int q0 = p.causal ? k0 : 0; q0 < p.positions; q0 += SIDE) {
      load(query, p.packed, q0, 0);
      load(errors, error, q0, -1);
      BARRIER();
      float s[keys], e[keys];
      products(key, query, s);
      products(value, errors, e);
#pragma unroll
      for (int j = 0; j < keys; j++) {
        int asks = q0 + lane + 8 * j;
        bool seen = (asks < p.positions) & sees(asks, mine);
        const float *kept = state(asks < p.positions ? asks : 0);
        float weight = seen ? exponential(s[j] * p.scale - kept[0]) * kept[1] : 0.0f;
        weights[row * scorePitch + lane + 8 * j] = weight;
        score[row * scorePitch + lane + 8 * j] = weight * (e[j] - kept[2]);
      }
      BARRIER();
      for (int k = 0; k < SIDE; k++) {
        add(valueSum, weights[row * scorePitch + k], errors, k);
        add(keySum, score[row * scorePitch + k], query, k);
      }
      BARRIER();
    }
    if (mine >= p.positions) return;
    put(packedError + packed(mine, 1), keySum, p.scale, add_);
    put(packedError + packed(mine, 2), valueSum, 1.0f, add_);
  }
};

#define ATTENTION(NAME, T)                                                                                     \
  KERNEL(T::threads) attention_##NAME(Attention p, float *out) {                                               \
    SHARED(shared, 3 * T::tile + T::scores);                                                                   \
    T(p).forward(shared, out);                                                                                 \
  }                                                                                                            \
  KERNEL(T::threads) attentionBackQuery_##NAME(Attention p, int add, const float *out, const float *error,     \
                                               float *packedError) {                                           \
    SHARED(shared, 4 * T::tile + T::scores);                                                                   \
    T(p).backQuery(shared, out, error, packedError, add);                                                      \
  }                                                                                                            \
  KERNEL(T::threads) attentionBackKey_##NAME(Attention p, int add, const float *error, float *packedError) {   \
    SHARED(shared, 4 * T::tile + 2 * T::scores);                                                               \
    T(p).backKey(shared, error, packedError, add);                                                             \
  }

typedef Attend<32, 32> Attend32;
typedef Attend<32, 64> Attend64;
typedef Attend<16, 128> Attend128;

ATTENTION(32, Attend32)
ATTENTION(64, Attend64)
ATTENTION(128, Attend128)
