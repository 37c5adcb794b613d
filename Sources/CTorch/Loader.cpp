// Finds libtorch when one of its functions is needed for the first time; and what is of the process, not of libtorch.

#include "CTorch.h"

#include <dlfcn.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <atomic>
#include <string>
#include <type_traits>
#include <utility>

// CTorchBridge's. There where a program is linked to the bridge, as packages that depend on this one are; null in our own
// programs, which open the library beside them.
extern "C" const AccreteLibtorch* accrete_bridge(size_t size) __attribute__((weak));

namespace {

constexpr const char* library_name = "libaccrete-torch.so";

std::string problem;
std::string library_file;
std::atomic<bool> keeps_memory = false;

// What a function says where there is no libtorch: that it failed, or nothing.
template <typename Function>
struct Absent;

template <typename Result, typename... Parameters>
struct Absent<Result (*)(Parameters...)> {
  static Result call(Parameters...) {
    if constexpr (std::is_same_v<Result, int32_t>) return 1;
    return Result();
  }
};

struct AnyFunction {
  template <typename Function>
  operator Function() const {
    return Absent<Function>::call;
  }
};

template <size_t... Index>
AccreteLibtorch absent(std::index_sequence<Index...>) {
  return {(static_cast<void>(Index), AnyFunction())...};
}

const AccreteLibtorch* load() {
  auto bridge = accrete_bridge;
  if (bridge == nullptr) {
    // Global: the kernels look for libtorch's threads (Parallel.cpp).
    void* library = dlopen(library_name, RTLD_LAZY | RTLD_GLOBAL);
    if (library != nullptr) bridge = reinterpret_cast<decltype(bridge)>(dlsym(library, "accrete_bridge"));
    if (bridge == nullptr) problem = dlerror();
  }
  const AccreteLibtorch* table = bridge == nullptr ? nullptr : bridge(sizeof(AccreteLibtorch));
  if (table != nullptr) {
    Dl_info found;
    if (dladdr(reinterpret_cast<void*>(bridge), &found) != 0 && found.dli_fname != nullptr) library_file = found.dli_fname;
    if (keeps_memory) table->accrete_keep_tensor_memory();
    return table;
  }
  if (problem.empty()) problem = std::string(library_name) + " is of another version of this program";
  static AccreteLibtorch none = absent(std::make_index_sequence<sizeof(AccreteLibtorch) / sizeof(void*)>());
  none.accrete_last_error = [] { return problem.c_str(); };
  return &none;
}

}  // namespace

extern "C" {

const AccreteLibtorch* accrete_loaded_libtorch = nullptr;

const AccreteLibtorch* accrete_load_libtorch(void) {
  static const AccreteLibtorch* const table = load();
  __atomic_store_n(&accrete_loaded_libtorch, table, __ATOMIC_RELEASE);
  return table;
}

const char* accrete_libtorch_problem(void) {
  const bool loaded = __atomic_load_n(&accrete_loaded_libtorch, __ATOMIC_ACQUIRE) != nullptr;
  return loaded && !problem.empty() ? problem.c_str() : nullptr;
}

const char* accrete_libtorch_library(void) {
  const bool loaded = __atomic_load_n(&accrete_loaded_libtorch, __ATOMIC_ACQUIRE) != nullptr;
  return loaded && !library_file.empty() ? library_file.c_str() : nullptr;
}

int64_t accrete_count_handles(int64_t change) {
  static thread_local int64_t count = 0;
  return count += change;
}

void accrete_keep_freed_memory(void) {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20);  // the most that glibc takes
  mallopt(M_TRIM_THRESHOLD, 256 << 20);
  mallopt(M_TOP_PAD, 16 << 20);
#endif
  keeps_memory = true;
  const AccreteLibtorch* loaded = __atomic_load_n(&accrete_loaded_libtorch, __ATOMIC_ACQUIRE);
  if (loaded != nullptr) loaded->accrete_keep_tensor_memory();
}

}  // extern "C"
