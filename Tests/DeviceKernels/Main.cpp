// Is every device kernel right, and the way to it? Compiled and run by Scripts/test_device_kernels.

#include "Check.h"

#include <chrono>

namespace check {

namespace {

std::string library;

}  // namespace

AccreteDevice* device() {
  static AccreteDevice* const opened = [] {
    AccreteDevice* made = nullptr;
    if (accrete_device_open(library.c_str(), library.c_str(), nullptr, 0, &made) != 0) {
      std::fprintf(stderr, "device kernels: %s\n", accrete_device_last_error());
      std::exit(1);
    }
    return made;
  }();
  return opened;
}

}  // namespace check

int main(int count, char** arguments) {
  using namespace check;
  if (count != 2) {
    std::fprintf(stderr, "usage: %s EMULATED-DRIVER\n", arguments[0]);
    return 2;
  }
  library = arguments[1];
  const auto start = std::chrono::steady_clock::now();
  struct Group {
    const char* name;
    void (*run)();
  };
  const Group groups[] = {{"elementwise", test_elementwise}, {"mixture", test_mixture},     {"norms", test_norms}, {"loss", test_loss},
                          {"low rank", test_low_rank},       {"quantizing", test_quantizing}, {"sums", test_sums},
                          {"emulation", test_emulation},     {"loading", [] { test_loading(library); }}};
  for (const Group& group : groups) {
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
