#include "KernelTable.h"

#include <utility>

#include "All.h"
#include "List.h"

namespace emulated {

namespace {

constexpr const char* text[] = {
#include "KernelText.h"
};

template <typename... Parameters, size_t... Index>
void call(void (*kernel)(Parameters...), void** arguments, std::index_sequence<Index...>) {
  kernel(*static_cast<Parameters*>(arguments[Index])...);
}

// Takes the arguments by the kernel's own signature.
template <auto kernel>
void call(void** arguments) {
  [arguments]<typename... Parameters>(void (*function)(Parameters...)) {
    call(function, arguments, std::index_sequence_for<Parameters...>());
  }(kernel);
}

}  // namespace

const std::vector<Kernel>& kernels() {
#define ACCRETE_FREE(name) Kernel{#name, Kind::free, call<name>},
#define ACCRETE_BLOCK(name) Kernel{#name, Kind::block, call<name>},
  static const std::vector<Kernel> list = {ACCRETE_KERNELS(ACCRETE_FREE, ACCRETE_BLOCK)};
  return list;
}

const Kernel* kernel_named(const std::string& name) {
  for (const Kernel& kernel : kernels()) {
    if (kernel.name == name) return &kernel;
  }
  return nullptr;
}

std::string text_of_kernels() {
  std::string whole;
  for (const char* piece : text) whole += piece;
  return whole;
}

}  // namespace emulated
