// The words that the kernels use beyond C++: CUDA's own under nvcc, the stand-in's under g++.
#pragma once
#ifdef TRIREME_STANDIN
#include "standin.h"
#else
#define SHARED(name, count) __shared__ __align__(16) float name[count]
#define BARRIER() __syncthreads()
// Whether mistake n is planted, for tests that must find it: never on a card.
#define PLANTED(n) false
#endif
#define KERNEL(threads) extern "C" __global__ void __launch_bounds__(threads)
#define INLINE __device__ __forceinline__

// The value at an address, or `otherwise` where it must not be read. On a card one predicated load: a branch would make
// loads wait for each other, and a choice between loaded values would wait for the load at once.
INLINE float loadIf(bool inside, const float *at, float otherwise) {
#ifdef TRIREME_STANDIN
  return inside ? *at : otherwise;
#else
  float v = otherwise;
  asm("{\n\t.reg .pred p;\n\t.reg .b64 q;\n\tsetp.ne.s32 p, %1, 0;\n\tcvta.to.global.u64 q, %2;\n\t"
      "@p ld.global.f32 %0, [q];\n\t}"
      : "+f"(v)
      : "r"((int)inside), "l"(at));
  return v;
#endif
}

INLINE int globalIndex() { return (int)(blockIdx.x * blockDim.x + threadIdx.x); }

// Division by a number that the host prepared: numerators below 2^31.
struct Divisor {
  unsigned by, multiplier, shift;
  INLINE int quotient(int n) const {
    return (int)((__umulhi((unsigned)n, multiplier) + (unsigned)n) >> shift);
  }
};
