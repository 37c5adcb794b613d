// A GPU's driver and compiler over a CPU, for tests: this library exports those functions of libcuda and of NVRTC that CDevice calls, under
// their own names and with their own numbers of errors. "Device memory" is the process's; a launch is over when it returns.
//
// Kernels are those that the library was built with. A "cubin" is a text with their names; the text that is to be compiled must be the one
// that the library has, so that a test never runs other kernels than it means to.
//
// Faults are asked for by the environment variable ACCRETE_EMULATED_FAULT, a list with commas between its words, read at every call:
//
//     compile          the compiler refuses the text, with a log
//     unknown=NAME     the module has no kernel of that name (CUDA_ERROR_NOT_FOUND, 500)
//     memory=N         the N-th launch from the start of the process, and those after it, have no memory (2)
//     driver=N         cuInit gives the error N: 35 and 803 are drivers that are too old, 100 no device
//     version=N        cuDriverGetVersion says N, such as 12040 for CUDA 12.4
//     module           the module is not one for this device (CUDA_ERROR_NO_BINARY_FOR_GPU, 209)
//     other-device=N   the context that is current is that of device N
//     capability=N     the device is of that kind, such as 80; 90 without
//
// A kernel that breaks the rules of barriers is CUDA_ERROR_LAUNCH_FAILED, 719; cuGetErrorString then says what it did.

#ifndef ACCRETE_DEVICE_EMULATED_H
#define ACCRETE_DEVICE_EMULATED_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// How many kernels this process has launched, and how often it has compiled: for tests that look whether something was launched or cached.
int64_t accrete_emulated_launches(void);
int64_t accrete_emulated_compilations(void);

#ifdef __cplusplus
}
#endif

#endif
