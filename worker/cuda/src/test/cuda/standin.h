// CUDA's words for g++: the threads of a block are fibers on one CPU thread, a barrier gives control to the next.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstring>

struct Dim3 {
  unsigned x, y, z;
};
struct float4 {
  float x, y, z, w;
};

// What the driver's library gives to the library of the kernels.
struct StandinBlock {
  Dim3 threadIdx, blockIdx, blockDim, gridDim;
  void (*barrier)();
  void *(*shared)(size_t bytes);
  int plant;
};
extern StandinBlock *standinBlock;
#define threadIdx (standinBlock->threadIdx)
#define blockIdx (standinBlock->blockIdx)
#define blockDim (standinBlock->blockDim)
#define gridDim (standinBlock->gridDim)

#define __global__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(threads)
#define SHARED(name, count) float *name = (float *)standinBlock->shared((count) * sizeof(float))
#define BARRIER() standinBlock->barrier()
#define PLANTED(n) (standinBlock->plant == (n))

static inline float __int_as_float(int v) {
  float f;
  memcpy(&f, &v, 4);
  return f;
}
static inline int __float_as_int(float f) {
  int v;
  memcpy(&v, &f, 4);
  return v;
}
static inline float __fdiv_rn(float a, float b) { return a / b; }
static inline float __fsqrt_rn(float a) { return sqrtf(a); }
static inline unsigned __umulhi(unsigned a, unsigned b) { return (unsigned)((uint64_t)a * b >> 32); }
static inline int __popc(unsigned v) { return __builtin_popcount(v); }
