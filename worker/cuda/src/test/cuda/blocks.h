// Runs a block of threads as fibers, in an order that tests choose; shared memory starts as NaN.
#pragma once
#include "standin.h"
#undef threadIdx
#undef blockIdx
#undef blockDim
#undef gridDim
#include <algorithm>
#include <csetjmp>
#include <functional>
#include <numeric>
#include <pthread.h>
#include <random>
#include <sys/mman.h>
#include <ucontext.h>
#include <vector>

enum Order { ASCENDING, DESCENDING, SHUFFLED };

class Blocks {
 public:
  StandinBlock state{};
  Order order = ASCENDING;
  jmp_buf scheduler;
  bool running = false;
  pthread_t runner{};

  static Blocks &one() {
    static Blocks blocks;
    return blocks;
  }

  // 0, or 719 if a thread wrote past shared memory, or 700 if one touched memory that is not its own
  int launch(Dim3 grid, unsigned threads, const std::function<void()> &body) {
    body_ = &body;
    runner = pthread_self();
    state.blockDim = {threads, 1, 1};
    state.gridDim = grid;
    while (fibers_.size() < threads) fibers_.push_back({});
    sequence_.resize(threads);
    std::iota(sequence_.begin(), sequence_.end(), 0u);
    if (order == DESCENDING) std::reverse(sequence_.begin(), sequence_.end());
    if (order == SHUFFLED) std::shuffle(sequence_.begin(), sequence_.end(), random_);
    unsigned long blocks = (unsigned long)grid.x * grid.y * grid.z;
    for (unsigned long i = 0; i < blocks; i++) {
      unsigned long b = order == DESCENDING ? blocks - 1 - i : i;
      state.blockIdx = {(unsigned)(b % grid.x), (unsigned)(b / grid.x % grid.y), (unsigned)(b / grid.x / grid.y)};
      int rc = block(threads);
      if (rc != 0) return rc;
    }
    return 0;
  }

  // Whether the calling thread runs a kernel: the JVM's other threads have faults of their own.
  bool runsHere() const { return running && pthread_equal(runner, pthread_self()); }

  // From the handler of SIGSEGV: gives up the launch.
  [[noreturn]] void fault() { _longjmp(scheduler, 2); }

 private:
  struct Fiber {
    ucontext_t context;
    jmp_buf at;
    bool started = false, done = true;
    char *stack = nullptr;
  };
  static constexpr size_t STACK = 1 << 17, SHARED_LIMIT = 1 << 20, ZONE = 256;
  std::vector<Fiber> fibers_;
  std::vector<unsigned> sequence_;
  std::mt19937 random_{7};
  const std::function<void()> *body_ = nullptr;
  unsigned current_ = 0;
  size_t sharedBytes_ = 0, poisoned_ = 0;
  alignas(64) char shared_[SHARED_LIMIT + ZONE];

  Blocks() {
    state.barrier = [] { one().barrier(); };
    state.shared = [](size_t bytes) { return one().shared(bytes); };
  }

  void *shared(size_t bytes) {
    sharedBytes_ = bytes;
    if (bytes > poisoned_) {
      // the first thread of this kernel's block to come here: nothing was written yet
      memset(shared_ + poisoned_, 0xff, bytes - poisoned_ + ZONE);
      poisoned_ = bytes;
    }
    return shared_;
  }

  static void entry() {
    Blocks &b = one();
    for (;;) {
      (*b.body_)();
      Fiber &f = b.fibers_[b.current_];
      f.done = true;
      if (_setjmp(f.at) == 0) _longjmp(b.scheduler, 1);
    }
  }

  void barrier() {
    Fiber &f = fibers_[current_];
    unsigned me = current_;
    if (_setjmp(f.at) == 0) _longjmp(scheduler, 1);
    state.threadIdx = {me, 0, 0};
  }

  void resume(unsigned t) {
    Fiber &f = fibers_[t];
    if (f.started) _longjmp(f.at, 1);
    f.started = true;
    if (f.stack == nullptr)
      f.stack = (char *)mmap(nullptr, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    getcontext(&f.context);
    f.context.uc_stack.ss_sp = f.stack;
    f.context.uc_stack.ss_size = STACK;
    f.context.uc_link = nullptr;
    makecontext(&f.context, entry, 0);
    setcontext(&f.context);
  }

  int block(unsigned threads) {
    memset(shared_, 0xff, sharedBytes_ + ZONE);
    poisoned_ = sharedBytes_;
    for (unsigned t = 0; t < threads; t++) fibers_[t].done = false;
    for (volatile unsigned left = threads; left > 0;) {
      for (volatile unsigned i = 0; i < threads; i = i + 1) {
        unsigned t = sequence_[i];
        if (fibers_[t].done) continue;
        current_ = t;
        state.threadIdx = {t, 0, 0};
        running = true;
        int how = _setjmp(scheduler);
        if (how == 0) resume(t);
        running = false;
        if (how == 2) {
          for (Fiber &f : fibers_) f.started = false;
          return 700;
        }
        if (fibers_[sequence_[i]].done) left = left - 1;
      }
    }
    for (size_t i = 0; i < ZONE; i++)
      if (shared_[sharedBytes_ + i] != (char)0xff) return 719;
    return 0;
  }
};
