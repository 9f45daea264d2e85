// The kernels as a library for the stand-in: a table of names and of functions that bind arguments.
#define TRIREME_STANDIN
#include "kernels.cu"
#include "warp.h"
#include "tensor.cu"
#include "binding.h"
#include <tuple>
#include <utility>

StandinBlock *standinBlock;

namespace {
template <class T>
T argument(void *from) {
  T value;
  memcpy((void *)&value, from, sizeof value);
  return value;
}
template <class... A, size_t... I>
Bound bindArguments(void (*kernel)(A...), void **from, std::index_sequence<I...>) {
  auto values = std::make_tuple(argument<A>(from[I])...);
  return [kernel, values] { std::apply(kernel, values); };
}
#define K(name)                                                          \
  Bound bind_##name(void **from) {                                       \
    return [&]<class... A>(void (*kernel)(A...)) {                       \
      return bindArguments(kernel, from, std::index_sequence_for<A...>{});        \
    }(name);                                                             \
  }
#include "entries.inc"
#undef K
const Entry ENTRIES[] = {
#define K(name) {#name, bind_##name},
#include "entries.inc"
#undef K
    {nullptr, nullptr}};
}  // namespace

extern "C" const Entry *standinKernels(StandinBlock *block) {
  standinBlock = block;
  return ENTRIES;
}
