#include "Driver.h"

#include <cstring>

namespace accrete::device {

namespace {

// Numbers of cuda.h.
enum Error { out_of_memory = 2, insufficient_driver = 35, no_device = 100, driver_mismatch = 803, compatibility_not_supported = 804 };
enum Attribute { capability_major = 75, capability_minor = 76 };

AccreteDeviceError code_of(int error) {
  switch (error) {
    case out_of_memory: return accrete_device_no_memory;
    case insufficient_driver:
    case driver_mismatch:
    case compatibility_not_supported: return accrete_device_old_driver;
    case no_device: return accrete_device_no_driver;
    default: return accrete_device_driver_failed;
  }
}

std::string fix_of(int error) {
  switch (error) {
    case out_of_memory: return " Use smaller batches, or free the memory that other processes hold (nvidia-smi shows them).";
    case insufficient_driver:
    case compatibility_not_supported:
      return " Install a newer NVIDIA driver, or use a build of PyTorch for an older CUDA (nvidia-smi shows the driver's).";
    case driver_mismatch:
      return " The driver in the kernel and libcuda.so.1 are of different versions: restart the machine after an update of the driver, "
             "and look whether LD_LIBRARY_PATH names another libcuda.so.1.";
    case no_device:
      return " Look whether nvidia-smi shows a GPU and whether CUDA_VISIBLE_DEVICES hides it; in a container, start it with GPUs "
             "(docker run --gpus all).";
    default: return "";
  }
}

}  // namespace

std::string version_text(int version) { return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10); }

Driver::Driver(const std::string& path, int32_t number) : library_(path) {
  if (!library_.is_open()) {
    throw Failure{accrete_device_no_driver, "there is no NVIDIA driver: " + library_.problem() +
                                                ". Install it, or compute on the CPU (--device cpu)."};
  }
  const char* missing = nullptr;
  auto take = [&](const char* name, auto& function) {
    if (!library_.look_up(name, function) && missing == nullptr) missing = name;
  };
  take("cuInit", cuInit);
  take("cuDriverGetVersion", cuDriverGetVersion);
  take("cuDeviceGetCount", cuDeviceGetCount);
  take("cuDeviceGet", cuDeviceGet);
  take("cuDeviceGetAttribute", cuDeviceGetAttribute);
  take("cuCtxGetCurrent", cuCtxGetCurrent);
  take("cuCtxSetCurrent", cuCtxSetCurrent);
  take("cuCtxGetDevice", cuCtxGetDevice);
  take("cuDevicePrimaryCtxRetain", cuDevicePrimaryCtxRetain);
  take("cuDevicePrimaryCtxRelease_v2", cuDevicePrimaryCtxRelease);
  take("cuModuleLoadData", cuModuleLoadData);
  take("cuModuleUnload", cuModuleUnload);
  take("cuModuleGetFunction", cuModuleGetFunction);
  take("cuFuncGetAttribute", cuFuncGetAttribute);
  take("cuLaunchKernel", cuLaunchKernel);
  take("cuStreamSynchronize", cuStreamSynchronize);
  take("cuGetErrorName", cuGetErrorName);
  take("cuGetErrorString", cuGetErrorString);
  if (missing != nullptr) {
    throw Failure{accrete_device_old_driver, path + " has no function " + missing + ". Install a newer NVIDIA driver."};
  }
  check(cuInit(0), "the NVIDIA driver cannot be used");
  check(cuDriverGetVersion(&version), "the NVIDIA driver does not tell its version");
  int count = 0;
  check(cuDeviceGetCount(&count), "the NVIDIA driver does not count its devices");
  if (number < 0 || number >= count) {
    throw Failure{accrete_device_wrong_call, "there is no GPU " + std::to_string(number) + ": the driver has " +
                                                 std::to_string(count) + ", counted from 0 (CUDA_VISIBLE_DEVICES may hide some)."};
  }
  check(cuDeviceGet(&device, number), "GPU " + std::to_string(number));
  int major = 0, minor = 0;
  check(cuDeviceGetAttribute(&major, capability_major, device), "the GPU does not tell its architecture");
  check(cuDeviceGetAttribute(&minor, capability_minor, device), "the GPU does not tell its architecture");
  capability = 10 * major + minor;
}

std::string Driver::words(int error) const {
  const char *name = nullptr, *text = nullptr;
  cuGetErrorName(error, &name);
  cuGetErrorString(error, &text);
  std::string words = std::string(name == nullptr ? "an error without a name" : name) + " (" + std::to_string(error) + ")";
  // A driver that has no words for an error gives its name again.
  if (text != nullptr && *text != '\0' && (name == nullptr || std::strcmp(text, name) != 0)) words += ": " + std::string(text);
  return words;
}

void Driver::check(int error, const std::string& what) const {
  if (error == 0) return;
  throw Failure{code_of(error), what + ": " + words(error) + "." + fix_of(error)};
}

}  // namespace accrete::device
