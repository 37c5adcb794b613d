// The functions of libcuda that CDevice calls.

#include <atomic>
#include <cstdio>
#include <map>
#include <set>

#include "CDeviceEmulated.h"
#include "Faults.h"
#include "KernelTable.h"

using emulated::fault;
using emulated::fault_number;
using emulated::Kernel;

namespace {

enum Result {
  success = 0,
  invalid_value = 1,
  out_of_memory = 2,
  not_initialized = 3,
  no_device = 100,
  invalid_device = 101,
  invalid_image = 200,
  invalid_context = 201,
  no_binary_for_device = 209,
  not_found = 500,
  launch_failed = 719,
};

struct Module {
  std::set<std::string> names;
};

std::atomic<bool> is_initialized = false;
std::atomic<int64_t> launches = 0;
int primary = 0;  // its address is the context
thread_local void* current = nullptr;
thread_local std::string failure = "unspecified launch failure";

}  // namespace

extern "C" {

int64_t accrete_emulated_launches(void) { return launches; }

int cuInit(unsigned) {
  if (const auto error = fault_number("driver")) return static_cast<int>(*error);
  is_initialized = true;
  return success;
}

int cuDriverGetVersion(int* version) {
  *version = static_cast<int>(fault_number("version").value_or(13000));
  return success;
}

int cuDeviceGetCount(int* count) {
  *count = 1;
  return is_initialized ? success : not_initialized;
}

int cuDeviceGet(int* device, int ordinal) {
  if (!is_initialized) return not_initialized;
  if (ordinal != 0) return invalid_device;
  *device = 0;
  return success;
}

int cuDeviceGetAttribute(int* value, int attribute, int device) {
  if (device != 0) return invalid_device;
  const int capability = static_cast<int>(fault_number("capability").value_or(90));
  switch (attribute) {
    case 1: *value = 1024; break;            // threads of a block
    case 10: *value = 32; break;             // lanes of a warp
    case 16: *value = 4; break;              // multiprocessors
    case 75: *value = capability / 10; break;
    case 76: *value = capability % 10; break;
    default: return invalid_value;
  }
  return success;
}

int cuCtxGetCurrent(void** context) {
  *context = current;
  return is_initialized ? success : not_initialized;
}

int cuCtxSetCurrent(void* context) {
  current = context;
  return is_initialized ? success : not_initialized;
}

int cuCtxGetDevice(int* device) {
  if (current == nullptr) return invalid_context;
  *device = static_cast<int>(fault_number("other-device").value_or(0));
  return success;
}

int cuDevicePrimaryCtxRetain(void** context, int device) {
  if (device != 0) return invalid_device;
  *context = &primary;
  return success;
}

int cuDevicePrimaryCtxRelease_v2(int device) { return device == 0 ? success : invalid_device; }

int cuModuleLoadData(void** module, const void* image) {
  if (current == nullptr) return invalid_context;
  if (fault("module")) return no_binary_for_device;
  // What nvrtcCompileProgram has written: lines of which the first two say what it is and for which device, the others the kernels.
  const std::string text = static_cast<const char*>(image);
  const std::string first = "accrete emulated cubin\n";
  if (text.compare(0, first.size(), first) != 0) return invalid_image;
  auto* loaded = new Module;
  size_t begin = text.find('\n', first.size()) + 1;
  for (size_t end; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1) {
    loaded->names.insert(text.substr(begin, end - begin));
  }
  *module = loaded;
  return success;
}

int cuModuleUnload(void* module) {
  delete static_cast<Module*>(module);
  return success;
}

int cuModuleGetFunction(void** function, void* module, const char* name) {
  const Kernel* kernel = emulated::kernel_named(name);
  const bool is_there = kernel != nullptr && static_cast<Module*>(module)->names.count(name) > 0;
  if (!is_there || fault("unknown") == name) return not_found;
  *function = const_cast<Kernel*>(kernel);
  return success;
}

// Attributes as on a device of which a kernel needs nothing: threads of a block, else 0.
int cuFuncGetAttribute(int* value, int attribute, void*) {
  *value = attribute == 0 ? 512 : 0;
  return success;
}

int cuLaunchKernel(void* function, unsigned grid_x, unsigned grid_y, unsigned grid_z, unsigned block_x, unsigned block_y,
                   unsigned block_z, unsigned, void*, void** arguments, void**) {
  if (current == nullptr) return invalid_context;
  if (grid_x == 0 || grid_y == 0 || grid_z != 1 || block_x == 0 || block_x > 512 || block_y != 1 || block_z != 1) {
    return invalid_value;
  }
  const int64_t number = ++launches;
  if (const auto from = fault_number("memory"); from && number >= *from) return out_of_memory;
  const auto* kernel = static_cast<const Kernel*>(function);
  const std::string problem = emulated::launch({grid_x, grid_y, static_cast<int32_t>(block_x)}, kernel->kind,
                                               [kernel, arguments] { kernel->call(arguments); });
  if (problem.empty()) return success;
  failure = std::string(kernel->name) + ": " + problem;
  return launch_failed;
}

int cuStreamSynchronize(void*) { return current == nullptr ? invalid_context : success; }

int cuGetErrorName(int error, const char** name) {
  static const std::map<int, const char*> names = {
      {success, "CUDA_SUCCESS"},
      {invalid_value, "CUDA_ERROR_INVALID_VALUE"},
      {out_of_memory, "CUDA_ERROR_OUT_OF_MEMORY"},
      {not_initialized, "CUDA_ERROR_NOT_INITIALIZED"},
      {35, "CUDA_ERROR_INSUFFICIENT_DRIVER"},
      {no_device, "CUDA_ERROR_NO_DEVICE"},
      {invalid_device, "CUDA_ERROR_INVALID_DEVICE"},
      {invalid_image, "CUDA_ERROR_INVALID_IMAGE"},
      {invalid_context, "CUDA_ERROR_INVALID_CONTEXT"},
      {no_binary_for_device, "CUDA_ERROR_NO_BINARY_FOR_GPU"},
      {not_found, "CUDA_ERROR_NOT_FOUND"},
      {launch_failed, "CUDA_ERROR_LAUNCH_FAILED"},
      {803, "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH"},
  };
  const auto found = names.find(error);
  if (found == names.end()) return invalid_value;
  *name = found->second;
  return success;
}

int cuGetErrorString(int error, const char** text) {
  if (const int unknown = cuGetErrorName(error, text); unknown != success) return unknown;
  if (error == launch_failed) *text = failure.c_str();
  return success;
}

}  // extern "C"
