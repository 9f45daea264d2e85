// A libcuda.so.1 that runs the kernels on the CPU, for tests without a card. It is strict where a card is lenient:
// device memory starts as NaN and ends at a page that nothing may touch, calls need a current context, a capture
// refuses what a real one refuses, and any call can be made to fail.
#include "binding.h"
#include "blocks.h"
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <dlfcn.h>
#include <map>
#include <mutex>
#include <string>
#include <unistd.h>

namespace {
struct Range {
  char *base;
  size_t mapped, bytes;
};
typedef std::vector<std::function<int()>> Work;
struct State {
  std::mutex mutex;
  std::map<void *, Range> device, host;
  std::map<std::string, const Entry *> kernels;
  Work *capture = nullptr;
  long calls = 0, failAt = -1, live = 0, used = 0, limit = 1L << 34, launches = 0;
  int failWith = 0, sticky = 0, version = 13000, devices = 1, major = 9, minor = 0;
  std::string failed;
};
State &state() {
  static State *s = new State();
  return *s;
}
thread_local bool current = false;
struct sigaction before;

void onFault(int signal, siginfo_t *info, void *context) {
  if (Blocks::one().runsHere()) {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGSEGV);
    sigprocmask(SIG_UNBLOCK, &set, nullptr);
    Blocks::one().fault();
  }
  if (before.sa_flags & SA_SIGINFO)
    before.sa_sigaction(signal, info, context);
  else if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN)
    before.sa_handler(signal);
  else
    abort();
}

void *map(std::map<void *, Range> &in, size_t bytes) {
  size_t page = 4096, body = (bytes + page - 1) / page * page;
  char *base = (char *)mmap(nullptr, body + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (base == MAP_FAILED) return nullptr;
  mprotect(base + body, page, PROT_NONE);
  // values end where the page ends, so that the first one past them is a fault
  char *at = base + body - (bytes + 3) / 4 * 4;
  memset(base, 0xff, body);
  in[at] = {base, body + page, bytes};
  return at;
}
bool unmap(std::map<void *, Range> &in, void *at) {
  auto found = in.find(at);
  if (found == in.end()) return false;
  munmap(found->second.base, found->second.mapped);
  in.erase(found);
  return true;
}
// whether [at, at + bytes) lies in one allocation
bool inside(std::map<void *, Range> &in, const void *at, size_t bytes) {
  auto next = in.upper_bound((void *)at);
  if (next == in.begin()) return false;
  --next;
  return (char *)at + bytes <= (char *)next->first + next->second.bytes;
}

// the result of a call that was told to fail, else 0
int enter(const char *name, bool needsContext) {
  State &s = state();
  if (++s.calls == s.failAt) {
    s.failed = name;
    return s.failWith;
  }
  if (needsContext && !current) return 201;
  return 0;
}
#define ENTER(needsContext)                                         \
  std::lock_guard<std::mutex> hold(state().mutex);                  \
  State &s = state();                                               \
  (void)s;                                                          \
  if (int rc = enter(__func__, needsContext)) return rc;
// what frees does so even when it was told to fail
#define LEAVE()                                                     \
  std::lock_guard<std::mutex> hold(state().mutex);                  \
  State &s = state();                                               \
  int rc = enter(__func__, true);
#define NOT_CAPTURING()                                             \
  if (s.capture) return 900;

int issue(std::function<int()> what) {
  State &s = state();
  if (s.capture) {
    s.capture->push_back(std::move(what));
    return 0;
  }
  if (s.sticky == 0) s.sticky = what();
  return s.sticky;
}
double now() {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
}  // namespace

extern "C" {
// ---- for tests
int standinUse(const char *library) {
  std::lock_guard<std::mutex> hold(state().mutex);
  void *l = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (!l) return 1;
  auto kernels = (const Entry *(*)(StandinBlock *))dlsym(l, "standinKernels");
  if (!kernels) return 2;
  state().kernels.clear();
  for (const Entry *e = kernels(&Blocks::one().state); e->name; e++) state().kernels[e->name] = e;
  return 0;
}
// Plants mistake n into the kernels; 0 for none.
void standinPlant(int n) { Blocks::one().state.plant = n; }
void standinOrder(int order) { Blocks::one().order = (Order)order; }
void standinFail(long call, int code) {
  State &s = state();
  s.failAt = call < 0 ? -1 : s.calls + call;
  s.failWith = code;
  s.sticky = 0;
  s.failed.clear();
}
const char *standinFailed() { return state().failed.c_str(); }
long standinCalls() { return state().calls; }
long standinLive() { return state().live; }
long standinLaunches() { return state().launches; }
void standinMemory(long bytes) { state().limit = bytes; }
void standinDevice(int devices, int major, int minor, int version) {
  State &s = state();
  s.devices = devices;
  s.major = major;
  s.minor = minor;
  s.version = version;
}

// ---- the driver's functions
int cuInit(unsigned) {
  ENTER(false);
  static bool once = false;
  if (!once) {
    once = true;
    struct sigaction action {};
    action.sa_sigaction = onFault;
    action.sa_flags = SA_SIGINFO | SA_NODEFER;
    sigaction(SIGSEGV, &action, &before);
  }
  if (const char *library = getenv("TRIREME_STANDIN_KERNELS"); library && s.kernels.empty()) {
    s.mutex.unlock();
    int rc = standinUse(library);
    s.mutex.lock();
    if (rc) return 999;
  }
  return s.devices == 0 ? 100 : 0;
}
int cuDriverGetVersion(int *v) {
  ENTER(false);
  *v = s.version;
  return 0;
}
int cuDeviceGetCount(int *n) {
  ENTER(false);
  *n = s.devices;
  return 0;
}
int cuDeviceGet(int *d, int i) {
  ENTER(false);
  if (i < 0 || i >= s.devices) return 101;
  *d = i;
  return 0;
}
int cuDeviceGetName(char *to, int n, int) {
  ENTER(false);
  strncpy(to, "stand-in on the CPU", n);
  return 0;
}
int cuDeviceGetAttribute(int *v, int attribute, int) {
  ENTER(false);
  *v = attribute == 75 ? s.major : attribute == 76 ? s.minor : attribute == 16 ? 132 : attribute == 13 ? 1980000 : 0;
  return 0;
}
int cuDeviceTotalMem_v2(size_t *n, int) {
  ENTER(false);
  *n = s.limit;
  return 0;
}
int cuDevicePrimaryCtxRetain(void **c, int) {
  ENTER(false);
  *c = (void *)1;
  s.live++;
  return 0;
}
int cuDevicePrimaryCtxRelease_v2(int) {
  LEAVE();
  s.live--;
  return rc == 201 ? 0 : rc;
}
int cuCtxSetCurrent(void *c) {
  ENTER(false);
  current = c != nullptr;
  return 0;
}
int cuMemGetInfo_v2(size_t *free, size_t *total) {
  ENTER(true);
  *free = s.limit - s.used;
  *total = s.limit;
  return 0;
}
int cuMemAlloc_v2(void **p, size_t n) {
  ENTER(true);
  NOT_CAPTURING();
  if (s.used + (long)n > s.limit || n == 0) return n == 0 ? 1 : 2;
  *p = map(s.device, n);
  if (!*p) return 2;
  s.used += n;
  s.live++;
  return 0;
}
int cuMemFree_v2(void *p) {
  LEAVE();
  auto found = s.device.find(p);
  if (found == s.device.end()) return 1;
  s.used -= found->second.bytes;
  unmap(s.device, p);
  s.live--;
  return rc;
}
int cuMemHostAlloc(void **p, size_t n, unsigned) {
  ENTER(true);
  NOT_CAPTURING();
  *p = map(s.host, n);
  if (!*p) return 2;
  s.live++;
  return 0;
}
int cuMemFreeHost(void *p) {
  LEAVE();
  if (!unmap(s.host, p)) return 1;
  s.live--;
  return rc;
}
int cuStreamCreate(void **p, unsigned) {
  ENTER(true);
  *p = new int(2);
  s.live++;
  return 0;
}
int cuStreamDestroy_v2(void *p) {
  LEAVE();
  delete (int *)p;
  s.live--;
  return rc;
}
int cuStreamSynchronize(void *) {
  ENTER(true);
  NOT_CAPTURING();
  return s.sticky;
}
int cuEventCreate(void **p, unsigned) {
  ENTER(true);
  *p = new double(0);
  s.live++;
  return 0;
}
int cuEventDestroy_v2(void *p) {
  LEAVE();
  delete (double *)p;
  s.live--;
  return rc;
}
int cuEventRecord(void *e, void *) {
  ENTER(true);
  return issue([=] {
    *(double *)e = now();
    return 0;
  });
}
int cuStreamWaitEvent(void *, void *, unsigned) {
  ENTER(true);
  return 0;
}
int cuEventElapsedTime(float *ms, void *a, void *b) {
  ENTER(true);
  *ms = (float)(*(double *)b - *(double *)a);
  return 0;
}
int cuModuleLoadDataEx(void **m, const void *text, unsigned, void *, void *) {
  ENTER(true);
  if (!strstr((const char *)text, ".entry")) return 218;
  *m = new int(3);
  s.live++;
  return 0;
}
int cuModuleUnload(void *m) {
  LEAVE();
  delete (int *)m;
  s.live--;
  return rc;
}
int cuModuleGetFunction(void **f, void *, const char *name) {
  ENTER(true);
  auto k = s.kernels.find(name);
  if (k == s.kernels.end()) return 500;
  *f = (void *)k->second;
  return 0;
}
int cuMemcpyHtoDAsync_v2(void *d, const void *h, size_t n, void *) {
  ENTER(true);
  if (!inside(s.device, d, n)) return 1;
  return issue([=] {
    memcpy(d, h, n);
    return 0;
  });
}
int cuMemcpyDtoHAsync_v2(void *h, const void *d, size_t n, void *) {
  ENTER(true);
  if (!inside(s.device, d, n)) return 1;
  return issue([=] {
    memcpy(h, d, n);
    return 0;
  });
}
int cuMemsetD32Async(void *d, unsigned value, size_t n, void *) {
  ENTER(true);
  if (!inside(s.device, d, 4 * n)) return 1;
  return issue([=] {
    for (size_t i = 0; i < n; i++) ((unsigned *)d)[i] = value;
    return 0;
  });
}
int cuLaunchKernel(void *f, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz, unsigned,
                   void *, void **arguments, void **) {
  ENTER(true);
  if (gx == 0 || gy == 0 || gz == 0 || by != 1 || bz != 1 || bx == 0 || bx > 1024 || gy > 65535 || gz > 65535) return 1;
  Bound body = ((const Entry *)f)->bind(arguments);
  s.launches++;
  return issue([=] { return Blocks::one().launch({gx, gy, gz}, bx, body); });
}
int cuStreamBeginCapture_v2(void *, int) {
  ENTER(true);
  NOT_CAPTURING();
  s.capture = new Work();
  return 0;
}
int cuStreamEndCapture(void *, void **g) {
  LEAVE();
  if (!s.capture) return 901;
  if (rc) {
    delete s.capture;
    s.capture = nullptr;
    return rc;
  }
  *g = s.capture;
  s.capture = nullptr;
  s.live++;
  return 0;
}
int cuGraphInstantiateWithFlags(void **e, void *g, unsigned long long) {
  ENTER(true);
  *e = new Work(*(Work *)g);
  s.live++;
  return 0;
}
int cuGraphLaunch(void *e, void *) {
  ENTER(true);
  for (auto &f : *(Work *)e)
    if (s.sticky == 0) s.sticky = f();
  return 0;
}
int cuGraphDestroy(void *g) {
  LEAVE();
  delete (Work *)g;
  s.live--;
  return rc;
}
int cuGraphExecDestroy(void *e) {
  LEAVE();
  delete (Work *)e;
  s.live--;
  return rc;
}
int cuGetErrorName(int code, const char **name) {
  *name = code == 1     ? "CUDA_ERROR_INVALID_VALUE"
          : code == 2   ? "CUDA_ERROR_OUT_OF_MEMORY"
          : code == 100 ? "CUDA_ERROR_NO_DEVICE"
          : code == 101 ? "CUDA_ERROR_INVALID_DEVICE"
          : code == 201 ? "CUDA_ERROR_INVALID_CONTEXT"
          : code == 218 ? "CUDA_ERROR_INVALID_PTX"
          : code == 222 ? "CUDA_ERROR_UNSUPPORTED_PTX_VERSION"
          : code == 46  ? "CUDA_ERROR_DEVICE_UNAVAILABLE"
          : code == 700 ? "CUDA_ERROR_ILLEGAL_ADDRESS"
          : code == 719 ? "CUDA_ERROR_LAUNCH_FAILED"
          : code == 900 ? "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED"
                        : "CUDA_ERROR_UNKNOWN";
  return 0;
}
}
