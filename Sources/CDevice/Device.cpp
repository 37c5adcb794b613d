#include "CDevice.h"

#include <chrono>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <shared_mutex>

#include "Cache.h"
#include "Compiler.h"
#include "Driver.h"
#include "Failure.h"
#include "Source.h"

using namespace accrete::device;

namespace {

thread_local std::string last_error;

enum FunctionAttribute { most_threads = 0, shared_bytes = 1, local_bytes = 3, registers = 4 };

const char* path_of_driver(const char* given) { return given == nullptr ? "libcuda.so.1" : given; }

// Copies as much as there is room for, with a zero behind it.
template <size_t size>
void copy(const std::string& text, char (&to)[size]) {
  strncpy(to, text.c_str(), size - 1);
  to[size - 1] = '\0';
}

}  // namespace

namespace accrete::device {

void keep_error(const std::string& text) { last_error = text; }

}  // namespace accrete::device

struct AccreteDevice {
  AccreteDevice(const char* driver_path, const char* nvrtc_path, const char* cache_folder, int32_t number)
      : driver(path_of_driver(driver_path), number) {
    const std::string binary = compiled(nvrtc_path, cache_folder == nullptr ? "" : cache_folder);
    take_context();
    // A string has a zero behind its bytes, which the driver needs after images that are texts.
    if (const int error = driver.cuModuleLoadData(&module, binary.c_str()); error != 0) {
      release();
      driver.check(error, "the driver does not load the kernels compiled for " + std::string(description.architecture) + " by NVRTC " +
                              version_text(description.compiler_version));
    }
  }

  ~AccreteDevice() {
    // What fails here has failed before, and nobody can do anything about it.
    void* current = nullptr;
    if (driver.cuCtxGetCurrent(&current) == 0 && current == nullptr) driver.cuCtxSetCurrent(context);
    driver.cuModuleUnload(module);
    release();
  }

  // → A cubin for the device, from the folder or compiled now.
  std::string compiled(const char* nvrtc_path, const std::string& folder) {
    const Compiler compiler = Compiler::find(nvrtc_path, driver.version);
    const std::string architecture = architecture_of(driver.capability), text = text_of_kernels();
    const auto options = compile_options(architecture);
    description.driver_version = driver.version;
    description.compiler_version = compiler.version();
    copy(architecture, description.architecture);
    copy(compiler.file(), description.compiler_library);
    description.kernels = static_cast<int32_t>(names_of_kernels().size()) - 1;
    std::string key = "NVRTC " + version_text(compiler.version());
    for (const std::string& option : options) key += "\n" + option;
    const Cache cache(folder, key + "\n" + text);
    bool is_broken = false;
    if (auto binary = cache.read(is_broken)) {
      description.cache = accrete_cache_read;
      description.binary_bytes = static_cast<int64_t>(binary->size());
      return *binary;
    }
    const auto start = std::chrono::steady_clock::now();
    const std::string binary = compiler.compile(text, options);
    description.compile_milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    description.binary_bytes = static_cast<int64_t>(binary.size());
    if (!folder.empty()) {
      description.cache = !cache.write(binary) ? accrete_cache_failed : is_broken ? accrete_cache_repaired : accrete_cache_written;
    }
    return binary;
  }

  void take_context() {
    driver.check(driver.cuCtxGetCurrent(&context), "the GPU's context");
    if (context != nullptr) {
      int current = 0;
      driver.check(driver.cuCtxGetDevice(&current), "the GPU's context");
      if (current == driver.device) return;
      throw Failure{accrete_device_wrong_call, "the calling thread computes on another GPU: make GPU " + std::to_string(driver.device) +
                                                   " its current one first."};
    }
    driver.check(driver.cuDevicePrimaryCtxRetain(&context, driver.device), "the GPU's context cannot be made");
    is_retained = true;
    if (const int error = driver.cuCtxSetCurrent(context); error != 0) {
      release();
      driver.check(error, "the GPU's context");
    }
  }

  void release() {
    if (is_retained) driver.cuDevicePrimaryCtxRelease(driver.device);
    is_retained = false;
  }

  // Gives the calling thread the context, unless it has one.
  void enter() {
    void* current = nullptr;
    driver.check(driver.cuCtxGetCurrent(&current), "the GPU's context");
    if (current == nullptr) driver.check(driver.cuCtxSetCurrent(context), "the GPU's context");
  }

  void* function(const std::string& name) {
    {
      const std::shared_lock lock(mutex);
      if (const auto found = functions.find(name); found != functions.end()) return found->second;
    }
    void* found = nullptr;
    const int error = driver.cuModuleGetFunction(&found, module, name.c_str());
    if (error == 500) throw Failure{accrete_device_unknown_kernel, "there is no kernel " + name + ": " + driver.words(error)};
    driver.check(error, "the kernel " + name);
    const std::unique_lock lock(mutex);
    functions[name] = found;
    return found;
  }

  Driver driver;
  void* context = nullptr;
  bool is_retained = false;
  void* module = nullptr;
  AccreteDeviceDescription description = {};
  std::shared_mutex mutex;
  std::map<std::string, void*> functions;
};

extern "C" {

int32_t accrete_device_open(const char* driver_path, const char* nvrtc_path, const char* cache_folder, int32_t device,
                            AccreteDevice** out) {
  *out = nullptr;
  return guarded([&] { *out = new AccreteDevice(driver_path, nvrtc_path, cache_folder, device); });
}

int32_t accrete_device_capability(const char* driver_path, int32_t device, int32_t* capability) {
  *capability = 0;
  return guarded([&] { *capability = Driver(path_of_driver(driver_path), device).capability; });
}

void accrete_device_close(AccreteDevice* device) {
  guarded([&] { delete device; });
}

int32_t accrete_device_launch(AccreteDevice* device, const char* kernel, uint32_t grid_x, uint32_t grid_y, uint32_t threads,
                              void* stream, void** arguments) {
  return guarded([&] {
    if (grid_x == 0 || grid_x > INT32_MAX || grid_y == 0 || grid_y > 65535 || threads == 0 || threads % 32 != 0 ||
        threads > accrete_device_most_threads) {
      throw Failure{accrete_device_wrong_call, std::string(kernel) + " cannot be launched with " + std::to_string(grid_x) + " × " +
                                                   std::to_string(grid_y) + " blocks of " + std::to_string(threads) +
                                                   " threads: there is one block at least, 65,535 in the second dimension at most, "
                                                   "and the threads are a multiple of 32, 512 at most."};
    }
    device->enter();
    const int error = device->driver.cuLaunchKernel(device->function(kernel), grid_x, grid_y, 1, threads, 1, 1, 0, stream, arguments,
                                                    nullptr);
    // The errors of a kernel that ran before are told here, too: illegal address, assertion, launch failure.
    if (error >= 700 && error < 800) {
      throw Failure{accrete_device_launch_failed, std::string(kernel) + ", or a kernel before it, failed: " + device->driver.words(error)};
    }
    device->driver.check(error, "the launch of " + std::string(kernel));
  });
}

int32_t accrete_device_synchronize(AccreteDevice* device, void* stream) {
  return guarded([&] {
    device->enter();
    const int error = device->driver.cuStreamSynchronize(stream);
    if (error >= 700 && error < 800) throw Failure{accrete_device_launch_failed, "a kernel failed: " + device->driver.words(error)};
    device->driver.check(error, "waiting for the GPU");
  });
}

int32_t accrete_device_describe(const AccreteDevice* device, AccreteDeviceDescription* out) {
  *out = device->description;
  return accrete_device_fine;
}

int32_t accrete_device_kernel_use(AccreteDevice* device, const char* kernel, AccreteKernelUse* out) {
  return guarded([&] {
    device->enter();
    void* function = device->function(kernel);
    auto ask = [&](FunctionAttribute attribute, int32_t& value) {
      int found = 0;
      device->driver.check(device->driver.cuFuncGetAttribute(&found, attribute, function), kernel);
      value = found;
    };
    ask(registers, out->registers);
    ask(local_bytes, out->local_bytes);
    ask(shared_bytes, out->shared_bytes);
    ask(most_threads, out->most_threads);
  });
}

const char* accrete_device_kernel_name(int32_t number) {
  const auto& names = names_of_kernels();
  return number >= 0 && static_cast<size_t>(number) < names.size() ? names[static_cast<size_t>(number)] : nullptr;
}

const char* const* accrete_device_kernel_names(void) { return names_of_kernels().data(); }

const char* accrete_device_last_error(void) { return last_error.c_str(); }

}  // extern "C"
