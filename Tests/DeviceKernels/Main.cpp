// Is every device kernel right, and the way to it? Compiled and run by Scripts/test_device_kernels.

#include "Check.h"

#include <dlfcn.h>

#include <chrono>

namespace check {

namespace {

std::string library;  // the emulated driver; "" on a GPU

struct Managed {
  int (*take)(uint64_t*, size_t, unsigned);  // cuMemAllocManaged
  int (*give)(uint64_t);                     // cuMemFree_v2
};

const Managed& managed() {
  static const Managed found = [] {
    void* driver = dlopen("libcuda.so.1", RTLD_NOW);
    return Managed{reinterpret_cast<int (*)(uint64_t*, size_t, unsigned)>(dlsym(driver, "cuMemAllocManaged")),
                   reinterpret_cast<int (*)(uint64_t)>(dlsym(driver, "cuMemFree_v2"))};
  }();
  return found;
}

[[noreturn]] void end(const std::string& why) {
  std::fprintf(stderr, "device kernels: %s\n", why.c_str());
  std::exit(1);
}

}  // namespace

AccreteDevice* device() {
  static AccreteDevice* const opened = [] {
    AccreteDevice* made = nullptr;
    const char* path = library.empty() ? nullptr : library.c_str();
    if (accrete_device_open(path, path, nullptr, 0, &made) != 0) end(accrete_device_last_error());
    AccreteDeviceDescription said;
    accrete_device_describe(made, &said);
    std::printf("device kernels: %s, %d of them, compiled in %.0f ms by %s\n", said.architecture, said.kernels,
                said.compile_milliseconds, library.empty() ? said.compiler_library : "the emulation");
    return made;
  }();
  return opened;
}

void* shared_memory(size_t bytes) {
  if (!library.empty()) return std::malloc(bytes);
  device();  // gives this thread a context
  uint64_t place = 0;
  constexpr unsigned reached_by_all = 1;
  if (managed().take(&place, bytes, reached_by_all) != 0) end("the GPU has no memory that this program reaches, too");
  return reinterpret_cast<void*>(place);
}

void free_shared_memory(void* memory) {
  if (library.empty()) {
    managed().give(reinterpret_cast<uint64_t>(memory));
  } else {
    std::free(memory);
  }
}

}  // namespace check

int main(int count, char** arguments) {
  using namespace check;
  if (count != 2) {
    std::fprintf(stderr, "usage: %s EMULATED-DRIVER | --gpu\n", arguments[0]);
    return 2;
  }
  const bool is_on_gpu = std::string(arguments[1]) == "--gpu";
  if (!is_on_gpu) library = arguments[1];
  const auto start = std::chrono::steady_clock::now();
  struct Group {
    const char* name;
    void (*run)();
    bool needs_emulation = false;
  };
  const Group groups[] = {{"elementwise", test_elementwise}, {"mixture", test_mixture},     {"norms", test_norms}, {"loss", test_loss},
                          {"low rank", test_low_rank},       {"quantizing", test_quantizing}, {"sums", test_sums},
                          {"emulation", test_emulation, true},     {"loading", [] { test_loading(library); }, true}};
  for (const Group& group : groups) {
    if (is_on_gpu && group.needs_emulation) continue;
    const int64_t before = comparisons;
    group.run();
    that(comparisons - before > 20, std::string("the tests of ") + group.name + " compare nothing");
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  if (failures > 0) {
    std::fprintf(stderr, "device kernels: %d of %lld comparisons fail\n", failures, static_cast<long long>(comparisons));
    return 1;
  }
  std::printf("device kernels: %lld comparisons, %.1f s\n", static_cast<long long>(comparisons), seconds);
  return 0;
}
