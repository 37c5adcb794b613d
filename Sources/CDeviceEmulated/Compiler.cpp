// The functions of NVRTC that CDevice calls.

#include <atomic>
#include <cstring>

#include "CDeviceEmulated.h"
#include "Faults.h"
#include "KernelTable.h"

namespace {

enum Result { success = 0, out_of_memory = 1, invalid_input = 3, compilation_failed = 6 };

struct Program {
  std::string source, log, binary;
};

std::atomic<int64_t> compilations = 0;

Program* program(void* handle) { return static_cast<Program*>(handle); }

int refuse(Program* program, const std::string& log) {
  program->log = log;
  return compilation_failed;
}

}  // namespace

extern "C" {

int64_t accrete_emulated_compilations(void) { return compilations; }

int nvrtcVersion(int* major, int* minor) {
  *major = 13;
  *minor = 0;
  return success;
}

int nvrtcCreateProgram(void** handle, const char* source, const char*, int headers, const char* const*, const char* const*) {
  if (headers != 0) return invalid_input;
  *handle = new Program{source, "", ""};
  return success;
}

int nvrtcCompileProgram(void* handle, int count, const char* const* options) {
  ++compilations;
  std::string architecture;
  for (int i = 0; i < count; ++i) {
    if (strncmp(options[i], "--gpu-architecture=", 19) == 0) architecture = options[i] + 19;
  }
  if (emulated::fault("compile")) return refuse(program(handle), "kernels(1): error: a fault that was asked for\n");
  if (architecture.compare(0, 3, "sm_") != 0) return refuse(program(handle), "no architecture is named\n");
  if (program(handle)->source != emulated::text_of_kernels()) {
    return refuse(program(handle), "the text is not that of the kernels that this emulation was built with: build it again\n");
  }
  std::string& binary = program(handle)->binary;
  binary = "accrete emulated cubin\n" + architecture + "\n";
  for (const emulated::Kernel& kernel : emulated::kernels()) binary += std::string(kernel.name) + "\n";
  return success;
}

int nvrtcGetProgramLogSize(void* handle, size_t* size) {
  *size = program(handle)->log.size() + 1;
  return success;
}

int nvrtcGetProgramLog(void* handle, char* log) {
  memcpy(log, program(handle)->log.c_str(), program(handle)->log.size() + 1);
  return success;
}

int nvrtcGetCUBINSize(void* handle, size_t* size) {
  *size = program(handle)->binary.size();
  return success;
}

int nvrtcGetCUBIN(void* handle, char* binary) {
  memcpy(binary, program(handle)->binary.data(), program(handle)->binary.size());
  return success;
}

int nvrtcDestroyProgram(void** handle) {
  delete program(*handle);
  *handle = nullptr;
  return success;
}

const char* nvrtcGetErrorString(int result) {
  switch (result) {
    case success: return "NVRTC_SUCCESS";
    case out_of_memory: return "NVRTC_ERROR_OUT_OF_MEMORY";
    case invalid_input: return "NVRTC_ERROR_INVALID_INPUT";
    case compilation_failed: return "NVRTC_ERROR_COMPILATION";
    default: return "NVRTC_ERROR unknown";
  }
}

}  // extern "C"
