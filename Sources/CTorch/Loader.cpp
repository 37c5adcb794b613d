// Finds libtorch when one of its functions is needed for the first time; and what is of the process, not of libtorch.

#include "CTorch.h"

#include <dlfcn.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <atomic>
#include <cstdlib>
#include <string>
#include <type_traits>
#include <utility>

// CTorchBridge's. There where a program is linked to the bridge, as packages that depend on this one are; null in our own
// programs, which open the library beside them.
extern "C" const AccreteLibtorch* accrete_bridge(size_t size, uint64_t* built_for) __attribute__((weak));

namespace {

using Bridge = decltype(&accrete_bridge);

constexpr const char* torch_name = "libtorch_cpu.so";
// What the build of this package makes, for the libtorch that it was set up with.
constexpr const char* bridge_name = "libaccrete-torch.so";

std::string problem;
std::string fix;
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

// A version as `aoti_torch_abi_version` packs it.
std::string minor_text(uint64_t version) {
  return std::to_string(version >> 56) + "." + std::to_string(version >> 48 & 0xFF);
}

std::string text(uint64_t version) { return minor_text(version) + "." + std::to_string(version >> 40 & 0xFF); }

// The file that something of this process is in; "" where nobody knows.
std::string file_of(const void* place) {
  Dl_info found;
  const bool known = dladdr(place, &found) != 0 && found.dli_fname != nullptr;
  return known ? found.dli_fname : "";
}

// The folder that `Scripts/build_bridge --torch` takes, of a library in its `lib`.
std::string torch_folder(const std::string& library) {
  char* real = realpath(library.c_str(), nullptr);
  std::string folder = real != nullptr ? real : library;
  free(real);
  for (int level = 0; level < 2; level++) {
    const size_t slash = folder.find_last_of('/');
    if (slash != std::string::npos) folder.resize(slash);
  }
  return folder;
}

const AccreteLibtorch* refuse(std::string what, std::string remedy) {
  problem = std::move(what);
  fix = std::move(remedy);
  return nullptr;
}

// The table of a bridge whose file is found by its name; otherwise what is wrong with it, in `reason`.
const AccreteLibtorch* open_bridge(const std::string& name, uint64_t torch, std::string& reason) {
  // Local: two versions of the same C++ must never be mixed, not even while one of them is being refused.
  void* library = dlopen(name.c_str(), RTLD_LAZY | RTLD_LOCAL);
  if (library == nullptr) {
    reason = dlerror();
    return nullptr;
  }
  uint64_t built_for = 0;
  const auto bridge = reinterpret_cast<Bridge>(dlsym(library, "accrete_bridge"));
  const AccreteLibtorch* table = bridge == nullptr ? nullptr : bridge(sizeof(AccreteLibtorch), &built_for);
  if (table != nullptr) {
    library_file = file_of(reinterpret_cast<const void*>(bridge));
    return table;
  }
  const bool is_of_another = built_for >> 48 != torch >> 48 && built_for != 0;
  reason = name + (is_of_another ? " is built for libtorch " + text(built_for) : " is of another version of this program");
  dlclose(library);
  return nullptr;
}

const AccreteLibtorch* open_libraries() {
  // Global: the kernels look for libtorch's threads (Parallel.cpp).
  void* torch = dlopen(torch_name, RTLD_LAZY | RTLD_GLOBAL);
  const std::string build = "Run `make build`, or put the folder of a libtorch of 2.10 or later on LD_LIBRARY_PATH.";
  if (torch == nullptr) return refuse(dlerror(), build);
  const auto version = reinterpret_cast<uint64_t (*)()>(dlsym(torch, "aoti_torch_abi_version"));
  const std::string file = version == nullptr ? torch_name : file_of(reinterpret_cast<const void*>(version));
  const uint64_t loaded = version == nullptr ? 0 : version();
  if (loaded < (uint64_t(2) << 56 | uint64_t(10) << 48)) return refuse(file + " is older than 2.10", build);
  std::string own, built;
  const std::string versioned = "libaccrete-torch-" + minor_text(loaded) + ".so";
  if (auto* table = open_bridge(bridge_name, loaded, built)) return table;
  if (auto* table = open_bridge(versioned, loaded, own)) return table;
  return refuse(
      "libtorch " + text(loaded) + " (" + file + ") needs a bridge that is built for it: " + built + "; " + own,
      "Run `make build` where that is the libtorch that `make setup` installed; for any other run `Scripts/build_bridge --torch " +
          torch_folder(file) + "`.");
}

const AccreteLibtorch* linked_bridge() {
  uint64_t built_for = 0;
  if (const auto* table = accrete_bridge(sizeof(AccreteLibtorch), &built_for)) {
    library_file = file_of(reinterpret_cast<const void*>(&accrete_bridge));
    return table;
  }
  return refuse(
      "this program is linked to a bridge for libtorch " + text(built_for) + ", which the loaded libtorch is not",
      "Build the program again with the libtorch that it runs with, or put that one's folder first on LD_LIBRARY_PATH.");
}

const AccreteLibtorch* load() {
  // The OpenMP runtime that comes with libtorch reads it once. Threads that come and go with the load of the machine are fewer than
  // operations planned with, and those then leave parts of their results undone.
  unsetenv("OMP_DYNAMIC");
  const AccreteLibtorch* table = accrete_bridge != nullptr ? linked_bridge() : open_libraries();
  if (table != nullptr) {
    if (keeps_memory) table->accrete_keep_tensor_memory();
    return table;
  }
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

const char* accrete_libtorch_fix(void) { return accrete_libtorch_problem() != nullptr ? fix.c_str() : nullptr; }

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
