#include "Parallel.h"

#include "CTorch.h"

#include <dlfcn.h>

#include <algorithm>
#include <memory>

namespace accrete {

namespace {

using Parallel = void (*)(void (*)(void*), void*, unsigned, unsigned);
using Number = int (*)();

struct Runtime {
  // Looked up, not linked: where libtorch comes with another runtime, work runs on one thread.
  Parallel run = reinterpret_cast<Parallel>(dlsym(RTLD_DEFAULT, "GOMP_parallel"));
  Number thread = reinterpret_cast<Number>(dlsym(RTLD_DEFAULT, "omp_get_thread_num"));
  Number team = reinterpret_cast<Number>(dlsym(RTLD_DEFAULT, "omp_get_num_threads"));
  void (*dynamic)(int) = reinterpret_cast<void (*)(int)>(dlsym(RTLD_DEFAULT, "omp_set_dynamic"));
  bool found() const { return run != nullptr && thread != nullptr && team != nullptr; }
};

const Runtime& runtime() {
  static const Runtime found;
  return found;
}

struct Work {
  int64_t count;
  int32_t parts;
  void (*body)(void*, int64_t, int64_t, int32_t);
  void* data;

  void part(int32_t number) const {
    body(data, count * number / parts, count * (number + 1) / parts, number);
  }
};

}  // namespace

int32_t parts(int64_t count, int64_t grain, int32_t threads) {
  if (!runtime().found()) return 1;
  return static_cast<int32_t>(std::max<int64_t>(1, std::min<int64_t>(threads, count / std::max<int64_t>(grain, 1))));
}

int32_t granted(int32_t threads) {
  if (!runtime().found()) return threads;
  if (runtime().dynamic != nullptr) runtime().dynamic(0);
  int32_t team = 1;
  runtime().run(
      [](void* context) {
        if (runtime().thread() == 0) *static_cast<int32_t*>(context) = runtime().team();
      },
      &team, static_cast<unsigned>(threads), 0);
  return team;
}

float* scratch(int64_t count) {
  // Aligned to a line of the cache: a vector across two of them is read twice.
  constexpr size_t line = 64, floats = line / sizeof(float);
  struct alignas(line) Line {
    float numbers[floats];
  };
  struct Memory {
    std::unique_ptr<Line[]> lines;
    size_t count = 0;
  };
  thread_local Memory memory;
  const size_t needed = (static_cast<size_t>(count) + floats - 1) / floats;
  if (memory.count < needed) {
    memory.lines.reset(new Line[needed]);
    memory.count = needed;
  }
  return memory.lines[0].numbers;
}

void parallel(int64_t count, int64_t grain, int32_t threads, void (*body)(void*, int64_t, int64_t, int32_t),
              void* data) {
  Work work{count, parts(count, grain, threads), body, data};
  if (work.parts == 1) return work.part(0);
  runtime().run(
      [](void* context) {
        const Work& work = *static_cast<const Work*>(context);
        // OMP_THREAD_LIMIT, OMP_DYNAMIC or an enclosing region may give fewer threads than requested. The parts stay the same, so the bits
        // do too, and each thread takes several.
        for (int32_t part = runtime().thread(); part < work.parts; part += runtime().team()) work.part(part);
      },
      &work, static_cast<unsigned>(work.parts), 0);
}

}  // namespace accrete

extern "C" int32_t accrete_granted_threads(int32_t threads) { return accrete::granted(threads); }
