// The products by tensor cores, compiled to a PTX text of their own: cards before compute capability 8.0 have none.
#include "mma.h"
#include "outputs.h"
#include "sources.h"
#include "tensor.h"

#define TENSOR(KIND, NAME, T, MATH, A, A_ALONG_K, B, B_ALONG_K, OUT)                                           \
  KERNEL(T::threads) KIND##_##NAME(A a, B b, int k, int per, OUT out) {                                       \
    SHARED(shared, T::shared);                                                                                 \
    tensorProduct<MATH, T, A, A_ALONG_K, B, B_ALONG_K>(shared, a, b, k, per, out);                            \
  }
#define TENSOR_PRODUCTS(PREFIX, NAME, T, MATH)                                                                 \
  TENSOR(PREFIX##_nt, NAME, T, MATH, Matrix, true, Matrix, true, Output)                                      \
  TENSOR(PREFIX##_nn, NAME, T, MATH, Matrix, true, Matrix, false, Output)                                     \
  TENSOR(PREFIX##_tn, NAME, T, MATH, Matrix, false, Matrix, false, Output)                                    \
  TENSOR(PREFIX##_ntSplit, NAME, T, MATH, Matrix, true, Matrix, true, Partial)                                \
  TENSOR(PREFIX##_nnSplit, NAME, T, MATH, Matrix, true, Matrix, false, Partial)                               \
  TENSOR(PREFIX##_tnSplit, NAME, T, MATH, Matrix, false, Matrix, false, Partial)
#define TENSOR_CONVOLUTIONS(PREFIX, NAME, T, MATH)                                                             \
  TENSOR(PREFIX##_convolve, NAME, T, MATH, Weights, true, WindowsByTap, false, Output)                        \
  TENSOR(PREFIX##_convolveStrided, NAME, T, MATH, Weights, true, WindowsByTap, false, StridedOutput)
#define TENSOR_CONVOLUTION_WEIGHTS(PREFIX, NAME, T, MATH)                                                      \
  TENSOR(PREFIX##_convolveWeights, NAME, T, MATH, Errors, true, WindowsByPosition, true, Partial)

typedef TensorTile<64, 64, 32, 32> Tensor64x64;
typedef TensorTile<32, 64, 16, 32> Tensor32x64;
typedef TensorTile<32, 128, 32, 32> Tensor32x128;
typedef TensorTile<16, 128, 16, 64> Tensor16x128;
typedef TensorTile<16, 64, 16, 32> Tensor16x64;

#define TENSORS(PREFIX, MATH)                                  \
  TENSOR_PRODUCTS(PREFIX, 64x64, Tensor64x64, MATH)            \
  TENSOR_PRODUCTS(PREFIX, 32x64, Tensor32x64, MATH)            \
  TENSOR_CONVOLUTIONS(PREFIX, 64x64, Tensor64x64, MATH)        \
  TENSOR_CONVOLUTIONS(PREFIX, 32x128, Tensor32x128, MATH)      \
  TENSOR_CONVOLUTIONS(PREFIX, 16x128, Tensor16x128, MATH)      \
  TENSOR_CONVOLUTION_WEIGHTS(PREFIX, 64x64, Tensor64x64, MATH) \
  TENSOR_CONVOLUTION_WEIGHTS(PREFIX, 16x64, Tensor16x64, MATH)

TENSORS(tf32, Tf32)
TENSORS(bf16, Bf16)
