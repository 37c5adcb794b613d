// The kernels of the emulated device by name.
#pragma once

#include <string>
#include <vector>

#include "Emulation.h"

namespace emulated {

struct Kernel {
  const char* name;
  Kind kind;
  // Calls it with arguments as cuLaunchKernel takes them: a pointer to each.
  void (*call)(void** arguments);
};

const std::vector<Kernel>& kernels();
const Kernel* kernel_named(const std::string& name);

// The text of the kernels that this library was built with, as CDevice gives it to NVRTC.
std::string text_of_kernels();

}  // namespace emulated
