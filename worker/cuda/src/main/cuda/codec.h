// Gradient codecs with the bits of the CPU's: p = g + e; send C(p); e = p - D(C(p)). A tile is encoded by one block of
// threads into a slot of its own; slots are then moved together. Nothing is changed if some float is not finite.
#pragma once
#include "portable.h"

#define CODEC_TILE 1024
#define ALL_FINITE 0x7fffffff
#define GREATEST 3.402823466e+38f
#define LEAST_SCALE 7.888609052e-31f  // 2^-100

// Ranges of a block as one vector: position i is float starts[r] + i - positions[r] of the block, r the range it is in.
struct Runs {
  const int *starts, *positions;
  int count;
  INLINE int index(int i) const {
    int low = 0, high = count - 1;
    while (low < high) {
      int middle = (low + high + 1) / 2;
      if (positions[middle] <= i)
        low = middle;
      else
        high = middle - 1;
    }
    return starts[low] + i - positions[low];
  }
};

// What encoders read and write: a block's floats, its residual, the encoding's words.
struct Coded {
  const float *floats;
  float *residual;
  unsigned *out;
  const int *head;  // the first float that is not finite, words, floats sent
  int length;
  Runs runs;

  INLINE bool refused() const { return head[0] != ALL_FINITE; }
  INLINE float load(int at) const {
    float s = floats[at] + residual[at];
    return s > GREATEST ? GREATEST : s < -GREATEST ? -GREATEST : s;
  }
};

INLINE int magnitude(float v) { return __float_as_int(v) & 0x7fffffff; }

// Each tile's first float that is not finite
KERNEL(256) codecCheck(int length, const float *floats, int *first) {
  SHARED(scratch, 256);
  int *least = (int *)scratch, t = (int)threadIdx.x, seen = ALL_FINITE;
  for (int q = 3; q >= 0; q--) {
    int i = (int)blockIdx.x * CODEC_TILE + 256 * q + t;
    if (i < length && magnitude(floats[i]) >= 0x7f800000) seen = i;
  }
  least[t] = seen;
  BARRIER();
  for (int d = 128; d > 0; d /= 2) {
    if (t < d && least[t + d] < least[t]) least[t] = least[t + d];
    BARRIER();
  }
  if (t == 0) first[blockIdx.x] = least[0];
}

KERNEL(256) codecFirst(int tiles, const int *first, int *head) {
  SHARED(scratch, 256);
  int *least = (int *)scratch, t = (int)threadIdx.x, seen = ALL_FINITE;
  for (int i = t; i < tiles; i += 256)
    if (first[i] < seen) seen = first[i];
  least[t] = seen;
  BARRIER();
  for (int d = 128; d > 0; d /= 2) {
    if (t < d && least[t + d] < least[t]) least[t] = least[t + d];
    BARRIER();
  }
  if (t == 0) head[0] = least[0];
}

// Floats that travel as they are
KERNEL(256) codecPlain(int count, Runs runs, const float *floats, float *out) {
  int i = globalIndex();
  if (i < count) out[i] = floats[runs.index(i)];
}

INLINE unsigned roundToBf16(float p, float *e) {
  int m = magnitude(p), most = 0x7f7f0000;
  int rounded = m > most ? most : m + 0x7fff + (m >> 16 & 1);
  unsigned upper = ((unsigned)__float_as_int(p) & 0x80000000u) | ((unsigned)rounded & 0xffff0000u);
  *e = p - __int_as_float((int)upper);
  return upper;
}

// A thread a word: of a tile of n floats, position i below and i + n/2 above
KERNEL(256) codecBf16(Coded c) {
  if (c.refused()) return;
  int w = globalIndex(), tile = w / (CODEC_TILE / 2), i = w % (CODEC_TILE / 2);
  int from = tile * CODEC_TILE, n = c.length - from < CODEC_TILE ? c.length - from : CODEC_TILE, half = (n + 1) / 2;
  if (i >= half) return;
  int low = c.runs.index(from + i);
  float e;
  unsigned word = roundToBf16(c.load(low), &e) >> 16;
  c.residual[low] = e;
  if (i + half < n) {
    int high = c.runs.index(from + i + half);
    word |= roundToBf16(c.load(high), &e);
    c.residual[high] = e;
  }
  c.out[w] = word;
}

// Seeds.mix of the CPU
INLINE unsigned mixToInt(unsigned long long seed) {
  unsigned long long z = seed + 0x9e3779b97f4a7c15ull;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
  return (unsigned)(z ^ (z >> 31));
}
INLINE unsigned tileRandom(unsigned start, int i) {
  unsigned z = (unsigned)i * 0x9e3779b9u + start;
  z = (z ^ (z >> 16)) * 0x7feb352du;
  z = (z ^ (z >> 15)) * 0x846ca68bu;
  return z ^ (z >> 16);
}

// A float in whole multiples of a unit, rounded by 15 random bits
INLINE int multiple(float p, float inverse, float unit, unsigned random, float *e) {
  const float whole = 12582912.0f;  // 1.5 * 2^23
  int q = (__float_as_int(p * inverse + whole) - __float_as_int(whole) + (int)random) >> 15;
  *e = p - (__int_as_float(q + __float_as_int(whole)) - whole) * unit;
  return q;
}

// A block a bucket, a thread a word of four bytes: positions i, i + n/4, i + n/2, i + 3n/4
KERNEL(256) codecInt8(Coded c, int bucket, unsigned long long key, int *words, int *sent) {
  SHARED(scratch, 256);
  int *most = (int *)scratch, t = (int)threadIdx.x, tile = (int)blockIdx.x, from = tile * bucket;
  int n = c.length - from < bucket ? c.length - from : bucket, quarter = (n + 3) / 4;
  if (c.refused()) return;
  float p[4];
  int at[4], max = 0;
#pragma unroll
  for (int q = 0; q < 4; q++) {
    int i = t + q * quarter;
    bool inside = (t < quarter) & (i < n);
    at[q] = inside ? c.runs.index(from + i) : -1;
    p[q] = inside ? c.load(at[q]) : 0.0f;
    int m = magnitude(p[q]);
    max = m > max ? m : max;
  }
  most[t] = max;
  BARRIER();
  int threads = (int)blockDim.x;
  if (t < 32)
    for (int i = t + 32; i < threads; i += 32) most[t] = most[i] > most[t] ? most[i] : most[t];
  BARRIER();
#pragma unroll
  for (int i = 0; i < 32; i++) max = most[i] > max ? most[i] : max;

  const float huge = 8.507059173e+37f;  // 2^126
  float top = __int_as_float(max), limited = top > huge ? huge : top;
  float unit = limited < LEAST_SCALE ? 0.0f : __int_as_float((__float_as_int(__fdiv_rn(limited, 127.0f)) + 0x1ff) & ~0xff);
  unsigned *slot = c.out + (long)tile * (1 + (bucket + 3) / 4);
  if (t == 0) {
    slot[0] = (unsigned)__float_as_int(unit);
    words[tile] = unit == 0.0f ? 1 : 1 + quarter;
    sent[tile] = unit == 0.0f ? 0 : n;
  }
  if (t >= quarter) return;
  unsigned start = mixToInt(key + (unsigned long long)from);
  unsigned r0 = tileRandom(start, t), r1 = tileRandom(start, t + quarter), word = 0;
  unsigned random[4] = {r0 & 0x7fff, r1 & 0x7fff, r0 >> 17, r1 >> 17};
  float inverse = __fdiv_rn(32768.0f, unit);
#pragma unroll
  for (int q = 0; q < 4; q++) {
    float e = p[q];
    if (unit != 0.0f) {
      float v = p[q] > huge ? huge : p[q] < -huge ? -huge : p[q];
      float rest = p[q] - v;
      word |= ((unsigned)multiple(v, inverse, unit, random[q], &e) & 0xffu) << (8 * q);
      if (top > huge) e = e + rest;
    }
    if (at[q] >= 0) c.residual[at[q]] = e;
  }
  if (unit != 0.0f) slot[1 + t] = word;
}

INLINE int reverse5(int v) { return (v & 1) << 4 | (v & 2) << 2 | (v & 4) | (v & 8) >> 2 | (v & 16) >> 4; }

// The sum of a tile's magnitudes, divided by 1024, by the CPU's tree; thread t holds those at t, t + 256, ...
INLINE float sumOfMagnitudes(float *scratch, const float p[4], int n) {
  int t = (int)threadIdx.x;
  float m[4];
#pragma unroll
  for (int q = 0; q < 4; q++) m[q] = __int_as_float(magnitude(p[q])) * 0.0009765625f;
  int length = n;
  if (n == CODEC_TILE) {
    scratch[t] = (m[0] + m[2]) + (m[1] + m[3]);
    BARRIER();
    length = 256;
  } else {
#pragma unroll
    for (int q = 0; q < 4; q++) scratch[t + 256 * q] = m[q];
    BARRIER();
  }
  while (length > 16) {
    int half = (length + 1) / 2;
    for (int i = t; i < length - half; i += 256) scratch[i] = scratch[i] + scratch[i + half];
    BARRIER();
    length = half;
  }
  float s = 0.0f;
  for (int i = 0; i < length; i++) s = s + scratch[i];
  return s;
}

// A block a tile: its scale, a sign for each float, and, if the scale is negative, which floats are not zero
KERNEL(256) codecOnebit(Coded c, int *words, int *sent) {
  SHARED(scratch, 1792);
  int *counts = (int *)scratch + 1024;
  unsigned *signs = (unsigned *)scratch + 1280, *others = (unsigned *)scratch + 1536;
  int t = (int)threadIdx.x, tile = (int)blockIdx.x, from = tile * CODEC_TILE;
  int n = c.length - from < CODEC_TILE ? c.length - from : CODEC_TILE, stride = (n + 31) / 32;
  if (c.refused()) return;
  float p[4];
  int at[4], mine = 0;
#pragma unroll
  for (int q = 0; q < 4; q++) {
    int i = t + 256 * q;
    at[q] = i < n ? c.runs.index(from + i) : -1;
    p[q] = i < n ? c.load(at[q]) : 0.0f;
    mine += magnitude(p[q]) != 0;
  }
  counts[t] = mine;
  float sum = sumOfMagnitudes(scratch, p, n);
  if (t < 32)
    for (int i = t + 32; i < 256; i += 32) counts[t] += counts[i];
  BARRIER();
  int count = 0;
  for (int i = 0; i < 32; i++) count += counts[i];
  float mean = count == 0 ? 0.0f : __fdiv_rn(sum, (float)count);
  float times = mean * 1024.0f;
  unsigned scale = mean < LEAST_SCALE ? 0u : (unsigned)__float_as_int(times > GREATEST ? GREATEST : times) & 0xffff0000u;
#pragma unroll
  for (int q = 0; q < 4; q++) {
    unsigned signedScale = magnitude(p[q]) == 0 ? 0u : ((unsigned)__float_as_int(p[q]) & 0x80000000u) | scale;
    if (at[q] >= 0) c.residual[at[q]] = scale == 0 ? p[q] : p[q] - __int_as_float((int)signedScale);
  }
  unsigned *slot = c.out + (long)tile * 65;
  if (t == 0) {
    slot[0] = scale == 0 || count == n ? scale : scale | 0x80000000u;
    words[tile] = scale == 0 ? 1 : count == n ? 1 + stride : 1 + 2 * stride;
    sent[tile] = scale == 0 ? 0 : count;
  }
  if (scale == 0) return;
  if (n == CODEC_TILE) {
    // Position i is in row i / 32: bit reverse5(i / 32) of word i % 32.
    unsigned sign = 0, other = 0;
#pragma unroll
    for (int q = 0; q < 4; q++) {
      int bit = reverse5(t / 32 + 8 * q);
      sign |= ((unsigned)__float_as_int(p[q]) >> 31) << bit;
      other |= (unsigned)(magnitude(p[q]) != 0) << bit;
    }
    signs[t] = sign;
    others[t] = other;
    BARRIER();
    if (t >= 64) return;
    const unsigned *part = (t < 32 ? signs : others) + t % 32;
    unsigned word = 0;
    for (int i = 0; i < 8; i++) word |= part[32 * i];
    if (t < 32 || count < n) slot[1 + t] = word;
    return;
  }
  BARRIER();
#pragma unroll
  for (int q = 0; q < 4; q++) scratch[t + 256 * q] = p[q];
  BARRIER();
  if (t >= stride) return;
  unsigned sign = 0, other = 0;
  for (int row = 0; row < 32; row++) {
    float v = scratch[t + stride * row];
    sign |= ((unsigned)__float_as_int(v) >> 31) << reverse5(row);
    other |= (unsigned)(magnitude(v) != 0) << reverse5(row);
  }
  slot[1 + t] = sign;
  if (count < n) slot[1 + stride + t] = other;
}

// The sum of what threads before this one hold, in `scratch` of 256; `all` becomes the sum of all.
INLINE int sumBefore(int *scratch, int v, int *all) {
  int t = (int)threadIdx.x;
  scratch[t] = v;
  BARRIER();
  for (int d = 1; d < 256; d *= 2) {
    int left = t >= d ? scratch[t - d] : 0;
    BARRIER();
    scratch[t] += left;
    BARRIER();
  }
  *all = scratch[255];
  int before = scratch[t] - v;
  BARRIER();
  return before;
}

// Where tiles start among the words of their group of 256, and what each group has in all
KERNEL(256) codecGroups(int tiles, const int *words, const int *sent, int *starts, int *groupWords, int *groupSent) {
  SHARED(scratch, 256);
  int i = globalIndex(), all;
  int before = sumBefore((int *)scratch, i < tiles ? words[i] : 0, &all);
  if (i < tiles) starts[i] = before;
  if (threadIdx.x == 0) groupWords[blockIdx.x] = all;
  sumBefore((int *)scratch, i < tiles ? sent[i] : 0, &all);
  if (threadIdx.x == 0) groupSent[blockIdx.x] = all;
}

// Where groups start, and the sums over all of them; one block
KERNEL(256) codecTotals(int groups, const int *groupWords, const int *groupSent, int *groupStarts, int *head) {
  SHARED(scratch, 256);
  int words = 0, sent = 0, all;
  for (int from = 0; from < groups; from += 256) {
    int i = from + (int)threadIdx.x;
    int before = sumBefore((int *)scratch, i < groups ? groupWords[i] : 0, &all);
    if (i < groups) groupStarts[i] = words + before;
    words += all;
    sumBefore((int *)scratch, i < groups ? groupSent[i] : 0, &all);
    sent += all;
  }
  if (threadIdx.x == 0) {
    head[1] = words;
    head[2] = sent;
  }
}

// Moves tiles together; a block a tile
KERNEL(256) codecGather(int slot, const int *head, const int *words, const int *starts, const int *groupStarts,
                        const unsigned *slots, unsigned *out) {
  int tile = (int)blockIdx.x;
  if (head[0] != ALL_FINITE) return;
  const unsigned *from = slots + (long)tile * slot;
  unsigned *to = out + groupStarts[tile / 256] + starts[tile];
  for (int i = (int)threadIdx.x; i < words[tile]; i += (int)blockDim.x) to[i] = from[i];
}
