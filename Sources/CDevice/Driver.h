// The functions of libcuda that we call. Its C interface has been the same for all versions that run today.
#pragma once

#include <string>

#include "Failure.h"
#include "Library.h"

namespace accrete::device {

class Driver {
 public:
  // Opens it, and asks for the device. Throws a Failure that names the fix.
  Driver(const std::string& path, int32_t device);

  int (*cuInit)(unsigned);
  int (*cuDriverGetVersion)(int*);
  int (*cuDeviceGetCount)(int*);
  int (*cuDeviceGet)(int*, int);
  int (*cuDeviceGetAttribute)(int*, int, int);
  int (*cuCtxGetCurrent)(void**);
  int (*cuCtxSetCurrent)(void*);
  int (*cuCtxGetDevice)(int*);
  int (*cuDevicePrimaryCtxRetain)(void**, int);
  int (*cuDevicePrimaryCtxRelease)(int);
  int (*cuModuleLoadData)(void**, const void*);
  int (*cuModuleUnload)(void*);
  int (*cuModuleGetFunction)(void**, void*, const char*);
  int (*cuFuncGetAttribute)(int*, int, void*);
  int (*cuLaunchKernel)(void*, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, void*, void**, void**);
  int (*cuStreamSynchronize)(void*);
  int (*cuGetErrorName)(int, const char**);
  int (*cuGetErrorString)(int, const char**);

  int version = 0;  // 1000 · major + 10 · minor of CUDA
  int device = 0;   // CUdevice
  int capability = 0;  // such as 90

  // Name, number and text of an error.
  std::string words(int error) const;
  // Throws where `error` is one; `what` begins the text.
  void check(int error, const std::string& what) const;

 private:
  Library library_;
};

// Such as "12.4", of a version as the driver and NVRTC pack it.
std::string version_text(int version);

}  // namespace accrete::device
