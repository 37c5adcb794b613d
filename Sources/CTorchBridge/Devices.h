#pragma once

#include <cstdint>
#include <string>

namespace accrete {

// Whether operators take the way whose sums have a fixed order; those that have none throw.
void set_deterministic(bool on);

// Settings of cuBLAS, once, before the first product.
void prepare_cuda();

// The stream that libtorch launches on. Throws where there is none.
void* cuda_stream(int32_t device);

// Waits for everything that was launched.
void synchronize(int32_t device);

// In bytes.
struct DeviceMemory {
  int64_t free, total, allocated, peak, reserved;
};
DeviceMemory memory(int32_t device);
void reset_peak(int32_t device);

// How often libtorch found no room on a device, since the process began.
int64_t memory_failures(int32_t device);

// An operator of the loaded libtorch; without arguments: it has none of that name.
struct FoundOperator {
  int32_t arguments = -1;
  bool cpu = false;
  bool cuda = false;
  std::string schema;
};
FoundOperator find_operator(const char* name, const char* overload);

}  // namespace accrete
