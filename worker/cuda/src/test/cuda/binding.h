#pragma once
#include <functional>
typedef std::function<void()> Bound;
struct Entry {
  const char *name;
  Bound (*bind)(void **arguments);
};
