// From the text of the kernels to a launch: compiled, kept in a folder, loaded, and everything that goes wrong on the way.

#include <dlfcn.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "Check.h"

namespace check {

namespace {

namespace fs = std::filesystem;

// A fault while it lives.
struct Fault {
  explicit Fault(const std::string& words) { setenv("ACCRETE_EMULATED_FAULT", words.c_str(), 1); }
  ~Fault() { unsetenv("ACCRETE_EMULATED_FAULT"); }
};

struct Opened {
  Opened(const std::string& library, const char* cache, int32_t number = 0)
      : code(accrete_device_open(library.c_str(), library.c_str(), cache, number, &device)),
        error(code == 0 ? "" : accrete_device_last_error()) {
    if (device != nullptr) accrete_device_describe(device, &description);
  }
  ~Opened() { accrete_device_close(device); }
  Opened(const Opened&) = delete;

  AccreteDevice* device = nullptr;
  int32_t code;
  std::string error;
  AccreteDeviceDescription description = {};
};

void expect(int32_t code, int32_t wanted, const std::string& error, const std::vector<std::string>& words) {
  that(code == wanted, "code " + std::to_string(code) + " instead of " + std::to_string(wanted) + ": " + error);
  for (const std::string& word : words) that(error.find(word) != std::string::npos, "\"" + word + "\" is not in: " + error);
}

std::string only_file(const fs::path& folder) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(folder)) found.push_back(entry.path());
  that(found.size() == 1, std::to_string(found.size()) + " files in the folder for compiled kernels");
  return found.empty() ? "" : found[0];
}

void test_cache(const std::string& library, const fs::path& folder) {
  const auto compilations = reinterpret_cast<int64_t (*)()>(dlsym(dlopen(library.c_str(), RTLD_NOW), "accrete_emulated_compilations"));
  const std::string cache = folder / "a" / "cache";
  int64_t before = compilations();
  auto expect_cache = [&](const char* what, int32_t state, int64_t compiled) {
    const Opened opened(library, cache.c_str());
    that(opened.code == 0, opened.error);
    that(opened.description.cache == state && compilations() - before == compiled,
         std::string(what) + ": state " + std::to_string(opened.description.cache) + ", compiled " + std::to_string(compilations() - before));
    that(opened.description.binary_bytes > 500, "the size of the binary");
    before = compilations();
  };
  expect_cache("first", accrete_cache_written, 1);
  expect_cache("second", accrete_cache_read, 0);
  const std::string file = only_file(cache);
  // One byte is another one; the file is cut; it is empty.
  std::fstream(file, std::ios::in | std::ios::out | std::ios::binary).seekp(300).put('!');
  expect_cache("a changed byte", accrete_cache_repaired, 1);
  expect_cache("repaired", accrete_cache_read, 0);
  for (const uintmax_t size : {fs::file_size(file) - 1, uintmax_t(20), uintmax_t(0)}) {
    fs::resize_file(file, size);
    expect_cache("a cut file", accrete_cache_repaired, 1);
  }
  {
    const Fault fault("capability=80");
    const Opened opened(library, cache.c_str());
    that(std::string(opened.description.architecture) == "sm_80" && opened.description.cache == accrete_cache_written,
         "another architecture has a file of its own");
  }
  std::ofstream(folder / "file") << "not a folder";
  const Opened opened(library, (folder / "file").c_str());
  that(opened.code == 0 && opened.description.cache == accrete_cache_failed, "a folder that cannot be made is no error");
}

void test_faults(const std::string& library) {
  auto open_with = [&](const std::string& fault, int32_t code, const std::vector<std::string>& words) {
    const Fault own(fault);
    const Opened opened(library, nullptr);
    expect(opened.code, code, opened.error, words);
    that(opened.device == nullptr, "a device in spite of an error");
    // The emulated driver has no words for most errors and gives their names again.
    const size_t name = opened.error.find("CUDA_ERROR_");
    that(name == std::string::npos || opened.error.find("CUDA_ERROR_", name + 1) == std::string::npos, "a name twice: " + opened.error);
  };
  open_with("driver=35", accrete_device_old_driver, {"CUDA_ERROR_INSUFFICIENT_DRIVER (35)", "newer NVIDIA driver"});
  open_with("driver=803", accrete_device_old_driver, {"(803)", "restart the machine"});
  open_with("driver=100", accrete_device_no_driver, {"CUDA_ERROR_NO_DEVICE (100)", "nvidia-smi"});
  open_with("version=12040", accrete_device_old_driver, {"CUDA 12.4", "CUDA 13.0", "newer driver"});
  open_with("compile", accrete_device_not_compiled, {"kernels(1): error", "--gpu-architecture=sm_90a", "NVRTC 13.0"});
  open_with("module", accrete_device_driver_failed, {"CUDA_ERROR_NO_BINARY_FOR_GPU (209)", "sm_90a"});
  // The thread has had a context since the first test.
  open_with("other-device=1", accrete_device_wrong_call, {"another GPU", "GPU 0"});
  {
    const Opened opened(library, nullptr, 1);
    expect(opened.code, accrete_device_wrong_call, opened.error, {"no GPU 1", "has 1"});
  }
  AccreteDevice* none = nullptr;
  int32_t code = accrete_device_open("libno-such-driver.so", library.c_str(), nullptr, 0, &none);
  expect(code, accrete_device_no_driver, accrete_device_last_error(), {"libno-such-driver.so", "--device cpu"});
  code = accrete_device_open(library.c_str(), "libno-such-nvrtc.so", nullptr, 0, &none);
  expect(code, accrete_device_no_compiler, accrete_device_last_error(), {"libno-such-nvrtc.so", "pip install nvidia-cuda-nvrtc`"});
}

// Which GPU it is, is known without a compiler and where the kernels do not load.
void test_capability(const std::string& library) {
  auto asked = [&](const std::string& fault, int32_t wanted) {
    const Fault own(fault);
    int32_t capability = -1;
    expect(accrete_device_capability(library.c_str(), 0, &capability), accrete_device_fine, accrete_device_last_error(), {});
    that(capability == wanted, "capability " + std::to_string(capability) + " with the fault \"" + fault + "\"");
  };
  asked("none", 90);
  asked("capability=75", 75);
  asked("compile,capability=75", 75);
  asked("version=12040,capability=121", 121);
  asked("module,other-device=1", 90);
  auto refused = [&](const std::string& path, int32_t device, int32_t code, const std::vector<std::string>& words) {
    int32_t capability = -1;
    const int32_t got = accrete_device_capability(path.c_str(), device, &capability);
    expect(got, code, accrete_device_last_error(), words);
    that(capability == 0, "a capability in spite of an error");
  };
  refused("libno-such-driver.so", 0, accrete_device_no_driver, {"libno-such-driver.so"});
  refused(library, 1, accrete_device_wrong_call, {"no GPU 1"});
  const Fault fault("driver=100");
  refused(library, 0, accrete_device_no_driver, {"CUDA_ERROR_NO_DEVICE (100)"});
}

void test_launching(const std::string& library) {
  const Opened opened(library, nullptr);
  that(opened.code == 0, opened.error);
  const auto& described = opened.description;
  that(described.driver_version == 13000 && described.compiler_version == 13000 && std::string(described.architecture) == "sm_90a" &&
           described.cache == accrete_cache_unused && described.compile_milliseconds > 0,
       "what the device says about itself");
  int32_t count = 0;
  AccreteKernelUse use = {};
  for (; accrete_device_kernel_name(count) != nullptr; ++count) {
    const char* name = accrete_device_kernel_name(count);
    that(accrete_device_kernel_use(opened.device, name, &use) == 0 && use.most_threads == 512, std::string(name) + " is not in the module");
    that(accrete_device_kernel_names()[count] == name, "two lists of kernels");
  }
  that(count == described.kernels && count > 30 && accrete_device_kernel_names()[count] == nullptr, "the number of kernels");

  float x[4] = {1, 2, 3, 4}, out[4] = {};
  int64_t size = 4, parts = 1;
  const float* from = x;
  float* to = out;
  void* arguments[] = {&size, &parts, &from, &to};
  auto launch = [&](const char* name, uint32_t blocks, uint32_t threads) {
    return accrete_device_launch(opened.device, name, blocks, 1, threads, nullptr, arguments);
  };
  expect(launch("accrete_ordered_sum", 1, 32), accrete_device_fine, "", {});
  that(accrete_device_synchronize(opened.device, nullptr) == 0 && out[3] == 4, "a launch");
  expect(launch("accrete_no_such", 1, 32), accrete_device_unknown_kernel, accrete_device_last_error(), {"accrete_no_such", "(500)"});
  for (const uint32_t threads : {0u, 33u, 1024u}) {
    expect(launch("accrete_ordered_sum", 1, threads), accrete_device_wrong_call, accrete_device_last_error(), {"multiple of 32"});
  }
  expect(launch("accrete_ordered_sum", 0, 32), accrete_device_wrong_call, accrete_device_last_error(), {"0 × 1 blocks"});
  {
    const Fault fault("unknown=accrete_ordered_sum");
    const Opened other(library, nullptr);  // this one has not looked for it yet
    expect(accrete_device_launch(other.device, "accrete_ordered_sum", 1, 1, 32, nullptr, arguments), accrete_device_unknown_kernel,
           accrete_device_last_error(), {"accrete_ordered_sum"});
  }
  const Fault fault("memory=1");
  expect(launch("accrete_ordered_sum", 1, 32), accrete_device_no_memory, accrete_device_last_error(),
         {"CUDA_ERROR_OUT_OF_MEMORY (2)", "smaller batches"});
}

}  // namespace

void test_loading(const std::string& library) {
  std::string pattern = fs::temp_directory_path() / "accrete-kernels-XXXXXX";
  const fs::path folder = mkdtemp(pattern.data());
  test_cache(library, folder);
  test_faults(library);
  test_capability(library);
  test_launching(library);
  fs::remove_all(folder);
}

}  // namespace check
