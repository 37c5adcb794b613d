// NVRTC, NVIDIA's compiler as a library.
#pragma once

#include <string>
#include <vector>

#include "Library.h"

namespace accrete::device {

class Compiler {
 public:
  // The file that is named, or the newest that the process finds and that is not newer than the driver. Throws a Failure that names the fix.
  static Compiler find(const char* path, int driver_version);

  int version() const { return version_; }
  std::string file() const { return library_.file("nvrtcVersion"); }

  // → A cubin. Throws a Failure with the compiler's log.
  std::string compile(const std::string& text, const std::vector<std::string>& options) const;

 private:
  explicit Compiler(Library library) : library_(std::move(library)) {}
  // → What is missing in the library; "" where nothing is.
  std::string look_up();

  Library library_;
  int version_ = 0;
  int (*nvrtcVersion)(int*, int*) = nullptr;
  int (*nvrtcCreateProgram)(void**, const char*, const char*, int, const char* const*, const char* const*) = nullptr;
  int (*nvrtcCompileProgram)(void*, int, const char* const*) = nullptr;
  int (*nvrtcGetProgramLogSize)(void*, size_t*) = nullptr;
  int (*nvrtcGetProgramLog)(void*, char*) = nullptr;
  int (*nvrtcGetCUBINSize)(void*, size_t*) = nullptr;
  int (*nvrtcGetCUBIN)(void*, char*) = nullptr;
  int (*nvrtcDestroyProgram)(void**) = nullptr;
  const char* (*nvrtcGetErrorString)(int) = nullptr;
};

// What NVRTC is to compile for: sm_90a for 90, else sm_XY.
std::string architecture_of(int capability);
std::vector<std::string> compile_options(const std::string& architecture);

}  // namespace accrete::device
