// Our own kernels on an NVIDIA GPU: finds the driver and NVRTC, compiles the kernels once for the device's architecture, keeps what
// was compiled, and launches. Nothing of CUDA is linked or needed to build; docs/device-kernels.md says what the kernels are.
//
// Functions give 0 or a code of AccreteDeviceError; accrete_device_last_error then says in words what is wrong and what helps.

#ifndef ACCRETE_DEVICE_H
#define ACCRETE_DEVICE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct AccreteDevice AccreteDevice;

typedef enum {
  accrete_device_fine = 0,
  accrete_device_no_driver = 1,       // there is no libcuda, or it has no device
  accrete_device_old_driver = 2,      // the driver is older than what is to run on it
  accrete_device_no_compiler = 3,     // there is no NVRTC that suits the driver
  accrete_device_not_compiled = 4,    // the compiler refused the kernels; the text has its log
  accrete_device_unknown_kernel = 5,  // no kernel has this name
  accrete_device_no_memory = 6,
  accrete_device_launch_failed = 7,
  accrete_device_wrong_call = 8,      // arguments that no launch can have
  accrete_device_driver_failed = 9,   // any other error of the driver
} AccreteDeviceError;

// What became of the folder for compiled kernels.
typedef enum {
  accrete_cache_unused = 0,    // there is none
  accrete_cache_written = 1,   // compiled now, and kept
  accrete_cache_read = 2,      // nothing was compiled
  accrete_cache_repaired = 3,  // the file was broken; compiled now, and kept
  accrete_cache_failed = 4,    // compiled now, and could not be kept
} AccreteDeviceCache;

typedef struct {
  int32_t driver_version;    // 1000 · major + 10 · minor of CUDA, such as 13000
  int32_t compiler_version;  // the same of NVRTC
  char architecture[16];     // what was compiled for, such as sm_90a
  double compile_milliseconds;  // 0 where nothing was compiled
  int32_t cache;                // AccreteDeviceCache
  int64_t binary_bytes;
  int32_t kernels;
  char compiler_library[512];  // the file of NVRTC
} AccreteDeviceDescription;

// What a thread of a kernel takes, as the driver says.
typedef struct {
  int32_t registers;
  int32_t local_bytes;   // spilled registers and the like
  int32_t shared_bytes;  // of a block
  int32_t most_threads;  // of a block
} AccreteKernelUse;

// What a block has where nothing speaks for another number. Sums over a block depend on it.
enum { accrete_device_threads = 256, accrete_device_most_threads = 512 };

// driver_path: libcuda.so.1 where NULL. nvrtc_path: NULL takes the newest of libnvrtc.so.13, .12 and .11.2 that is not newer than the
// driver, by the loader's search path or from beside the CUDA libraries that the process has loaded. cache_folder: made if needed; NULL:
// nothing is kept. device: its number. The module is loaded into the context that is current on the calling thread (that of libtorch), or
// into the device's primary one, which then becomes current.
int32_t accrete_device_open(const char* driver_path, const char* nvrtc_path, const char* cache_folder, int32_t device,
                            AccreteDevice** out);
// The compute capability of a device, such as 90 of 9.0, by the driver alone: neither a compiler nor a context is needed. 0 where it fails.
int32_t accrete_device_capability(const char* driver_path, int32_t device, int32_t* capability);
// No launch may be under way or follow. NULL: nothing.
void accrete_device_close(AccreteDevice* device);

// From any thread; where that has no context, the device's becomes current. `threads` is a multiple of 32, 512 at most. `stream`: a CUstream,
// NULL the default one. `arguments`: a pointer to each argument. The launch is only begun; what goes wrong later is told by a later call.
int32_t accrete_device_launch(AccreteDevice* device, const char* kernel, uint32_t grid_x, uint32_t grid_y, uint32_t threads,
                              void* stream, void** arguments);
int32_t accrete_device_synchronize(AccreteDevice* device, void* stream);

int32_t accrete_device_describe(const AccreteDevice* device, AccreteDeviceDescription* out);
int32_t accrete_device_kernel_use(AccreteDevice* device, const char* kernel, AccreteKernelUse* out);

// The names of all kernels, in the order of their list; NULL from the number of them on.
const char* accrete_device_kernel_name(int32_t number);
// The same as one array that ends with NULL.
const char* const* accrete_device_kernel_names(void);

// What the last function that failed on this thread says; "" if none has.
const char* accrete_device_last_error(void);

#ifdef __cplusplus
}
#endif

#endif
