// All kernels of the engine, compiled to one PTX text. Plain CUDA C++ without headers of its own.
#include "products.h"
#include "layers.h"
#include "norm.h"
#include "loss.h"
#include "sequence.h"
#include "attention.h"
#include "codec.h"
