#include "Compiler.h"

#include "Driver.h"

namespace accrete::device {

std::string architecture_of(int capability) { return "sm_" + std::to_string(capability) + (capability == 90 ? "a" : ""); }

std::vector<std::string> compile_options(const std::string& architecture) {
  return {"--gpu-architecture=" + architecture, "--std=c++17", "--fmad=true", "--define-macro=ACCRETE_DEVICE"};
}

std::string Compiler::look_up() {
  const char* missing = nullptr;
  auto take = [&](const char* name, auto& function) {
    if (!library_.look_up(name, function) && missing == nullptr) missing = name;
  };
  take("nvrtcVersion", nvrtcVersion);
  take("nvrtcCreateProgram", nvrtcCreateProgram);
  take("nvrtcCompileProgram", nvrtcCompileProgram);
  take("nvrtcGetProgramLogSize", nvrtcGetProgramLogSize);
  take("nvrtcGetProgramLog", nvrtcGetProgramLog);
  take("nvrtcGetCUBINSize", nvrtcGetCUBINSize);
  take("nvrtcGetCUBIN", nvrtcGetCUBIN);
  take("nvrtcDestroyProgram", nvrtcDestroyProgram);
  take("nvrtcGetErrorString", nvrtcGetErrorString);
  if (missing != nullptr) return std::string("it has no function ") + missing;
  int major = 0, minor = 0;
  if (nvrtcVersion(&major, &minor) != 0) return "it does not tell its version";
  version_ = 1000 * major + 10 * minor;
  // NVRTC opens this one by its name alone, which finds it only where the search path leads, unless it is there already.
  const std::string own = file(), folder = own.substr(0, own.find_last_of('/') + 1);
  Library(folder + "libnvrtc-builtins.so." + version_text(version_));
  return "";
}

Compiler Compiler::find(const char* path, int driver_version) {
  std::vector<std::string> candidates;
  if (path != nullptr) {
    candidates.push_back(path);
  } else {
    for (const std::string name : {"libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2"}) {
      candidates.push_back(name);
      for (const std::string& folder : cuda_folders()) candidates.push_back(folder + "/" + name);
    }
  }
  std::string problems, too_new;
  for (const std::string& candidate : candidates) {
    Compiler compiler{Library(candidate)};
    if (!compiler.library_.is_open()) {
      // Only the plain names: the folders are guesses.
      if (candidate.find('/') == std::string::npos || path != nullptr) problems += "; " + compiler.library_.problem();
      continue;
    }
    if (const std::string problem = compiler.look_up(); !problem.empty()) {
      problems += "; " + candidate + ": " + problem;
      continue;
    }
    if (compiler.version_ / 1000 <= driver_version / 1000) return compiler;
    if (too_new.empty()) too_new = compiler.file() + " is of CUDA " + version_text(compiler.version_);
  }
  if (!too_new.empty()) {
    throw Failure{accrete_device_old_driver,
                  "the NVIDIA driver is for CUDA " + version_text(driver_version) + ", and " + too_new +
                      ". Install a newer driver, or a build of PyTorch (or the package nvidia-cuda-nvrtc) for CUDA " +
                      std::to_string(driver_version / 1000) + "."};
  }
  throw Failure{accrete_device_no_compiler,
                "there is no NVRTC, which compiles the kernels for this GPU" + problems +
                    ". PyTorch's CUDA builds bring it: put the folder of libnvrtc.so on LD_LIBRARY_PATH, or run `pip install "
                    "nvidia-cuda-nvrtc" + (driver_version / 1000 < 13 ? "-cu" + std::to_string(driver_version / 1000) : "") + "`."};
}

std::string Compiler::compile(const std::string& text, const std::vector<std::string>& options) const {
  void* program = nullptr;
  auto check = [&](int result, const char* what) {
    if (result == 0) return;
    throw Failure{accrete_device_not_compiled, std::string(what) + ": " + nvrtcGetErrorString(result) + " (NVRTC " +
                                                   version_text(version_) + ", " + file() + ")"};
  };
  check(nvrtcCreateProgram(&program, text.c_str(), "kernels", 0, nullptr, nullptr), "NVRTC does not take the kernels");
  struct Destroying {
    const Compiler& compiler;
    void** program;
    ~Destroying() { compiler.nvrtcDestroyProgram(program); }
  } destroying{*this, &program};
  std::vector<const char*> words;
  for (const std::string& option : options) words.push_back(option.c_str());
  if (const int result = nvrtcCompileProgram(program, static_cast<int>(words.size()), words.data()); result != 0) {
    size_t size = 0;
    nvrtcGetProgramLogSize(program, &size);
    std::string log(size, '\0');
    if (size > 0) nvrtcGetProgramLog(program, log.data());
    log.resize(log.find_last_not_of(std::string("\0\n", 2)) + 1);
    std::string all;
    for (const std::string& option : options) all += " " + option;
    throw Failure{accrete_device_not_compiled,
                  "NVRTC " + version_text(version_) + " (" + file() + ") does not compile the kernels: " + nvrtcGetErrorString(result) +
                      "; options:" + all + "\n" + log +
                      "\nA GPU that is newer than this NVRTC needs a newer one; anything else is an error of Accrete: please report it."};
  }
  size_t size = 0;
  check(nvrtcGetCUBINSize(program, &size), "NVRTC gives no binary");
  std::string binary(size, '\0');
  check(nvrtcGetCUBIN(program, binary.data()), "NVRTC gives no binary");
  return binary;
}

}  // namespace accrete::device
