// What GPUs need of libtorch beyond tensors and operators: settings for determinism, streams, memory, and which operators there are.

#include "Devices.h"

#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/core/dispatch/Dispatcher.h>

#include <dlfcn.h>

#include <cstdlib>
#include <stdexcept>
#include <type_traits>

namespace accrete {

void set_deterministic(bool on) { at::globalContext().setDeterministicAlgorithms(on, false); }

void prepare_cuda() {
  // Both before the first handle of cuBLAS: products take the same way every time, and no partial sum is rounded to bfloat16.
  setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8", 0);
  auto& context = at::globalContext();
  // From 2.12 on it has a second parameter, for split sums; the first is what matters.
  context.setAllowBF16ReductionCuBLAS(false);
}

void* cuda_stream(int32_t device) {
  using Function = int32_t (*)(int32_t, void**);
  static const auto current =
      reinterpret_cast<Function>(dlsym(RTLD_DEFAULT, "aoti_torch_get_current_cuda_stream"));
  void* stream = nullptr;
  if (current == nullptr || current(device, &stream) != 0) throw std::runtime_error("libtorch gives no CUDA stream");
  return stream;
}

void synchronize(int32_t device) {
  at::accelerator::synchronizeDevice(static_cast<c10::DeviceIndex>(device));
}

DeviceMemory memory(int32_t device) {
  const auto index = static_cast<c10::DeviceIndex>(device);
  const auto free_and_total = at::accelerator::getMemoryInfo(index);
  const auto stats = at::accelerator::getDeviceStats(index);
  // Index 0 of each: all pools together.
  return {static_cast<int64_t>(free_and_total.first), static_cast<int64_t>(free_and_total.second),
          stats.allocated_bytes[0].current, stats.allocated_bytes[0].peak, stats.reserved_bytes[0].current};
}

void reset_peak(int32_t device) {
  at::accelerator::resetPeakStats(static_cast<c10::DeviceIndex>(device));
}

int64_t memory_failures(int32_t device) {
  return at::accelerator::getDeviceStats(static_cast<c10::DeviceIndex>(device)).num_ooms;
}

FoundOperator find_operator(const char* name, const char* overload) {
  const auto found = c10::Dispatcher::singleton().findSchema({name, overload});
  if (!found) return {};
  return {static_cast<int32_t>(found->schema().arguments().size()),
          found->hasKernelForDispatchKey(c10::DispatchKey::CPU) ||
              found->hasKernelForDispatchKey(c10::DispatchKey::CompositeExplicitAutograd) ||
              found->hasKernelForDispatchKey(c10::DispatchKey::CompositeImplicitAutograd),
          found->hasKernelForDispatchKey(c10::DispatchKey::CUDA), c10::toString(found->schema())};
}

}  // namespace accrete
