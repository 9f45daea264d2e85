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

INLINE int globalIndex() { return (int)(blockIdx.x * blockDim.x + threadIdx.x); }

// Division by a number that the host prepared: numerators below 2^31.
struct Divisor {
  unsigned by, multiplier, shift;
  INLINE int quotient(int n) const {
    return (int)((__umulhi((unsigned)n, multiplier) + (unsigned)n) >> shift);
  }
};
