// How Swift reaches libtorch.
//
// Through a table of functions, `AccreteLibtorch`. Its first part is the stable C ABI that libtorch exports since 2.10. Upstream's headers
// for it are C++, so it is declared here again in C. Its second part is what that ABI lacks. CTorchBridge fills it in. That target alone is
// linked to libtorch, and is compiled for each minor version of it. Loader.cpp finds it at first use: loading libtorch takes a fifth of a
// second, which a command without tensors saves.
//
// Every function that returns int returns 0 for success. After a failure `accrete_last_error` says why.

#ifndef ACCRETE_CTORCH_H
#define ACCRETE_CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct AtenTensorOpaque* TorchTensorRef;
typedef struct StableListOpaque* TorchListRef;
typedef struct AccreteGenerator* TorchGeneratorRef;

// Products of up to so many multiplications do not go to oneDNN.
enum { accrete_small_product = 600000 };

// One slot of the dispatcher's stack: an integer, a double's bits, or a pointer.
typedef uint64_t TorchStackValue;

// The functions are there; their arguments say nothing about null, as upstream's.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-completeness"

typedef struct {
  // MARK: - libtorch's stable C ABI (2.10 and later)

  // Calls an operator by schema name. Takes ownership of the tensors and lists on the stack; leaves the results there. Reads
  // as many slots as the schema of the loaded libtorch has arguments, which may be more than the caller knows of: called by
  // `accrete_call` only.
  int32_t (*_Nonnull torch_call_dispatcher)(const char* name, const char* overload, TorchStackValue* stack,
                                            uint64_t abi_version);

  int32_t (*_Nonnull torch_new_list_reserve_size)(size_t size, TorchListRef* result);
  int32_t (*_Nonnull torch_list_push_back)(TorchListRef list, TorchStackValue element);
  int32_t (*_Nonnull torch_set_requires_grad)(TorchTensorRef tensor, bool requires_grad);

  uint64_t (*_Nonnull aoti_torch_abi_version)(void);
  int32_t (*_Nonnull aoti_torch_device_type_cpu)(void);
  int32_t (*_Nonnull aoti_torch_device_type_cuda)(void);
  int32_t (*_Nonnull aoti_torch_dtype_bfloat16)(void);
  int32_t (*_Nonnull aoti_torch_dtype_float16)(void);
  int32_t (*_Nonnull aoti_torch_dtype_float32)(void);
  int32_t (*_Nonnull aoti_torch_dtype_float64)(void);
  int32_t (*_Nonnull aoti_torch_dtype_uint8)(void);
  int32_t (*_Nonnull aoti_torch_dtype_int8)(void);
  int32_t (*_Nonnull aoti_torch_dtype_int16)(void);
  int32_t (*_Nonnull aoti_torch_dtype_int32)(void);
  int32_t (*_Nonnull aoti_torch_dtype_int64)(void);
  int32_t (*_Nonnull aoti_torch_dtype_bool)(void);

  bool (*_Nonnull aoti_torch_grad_mode_is_enabled)(void);
  void (*_Nonnull aoti_torch_grad_mode_set_enabled)(bool enabled);

  int32_t (*_Nonnull aoti_torch_new_tensor_handle)(TorchTensorRef tensor, TorchTensorRef* result);
  int32_t (*_Nonnull aoti_torch_delete_tensor_object)(TorchTensorRef tensor);
  int32_t (*_Nonnull aoti_torch_get_data_ptr)(TorchTensorRef tensor, void** result);
  int32_t (*_Nonnull aoti_torch_get_dim)(TorchTensorRef tensor, int64_t* result);
  int32_t (*_Nonnull aoti_torch_get_numel)(TorchTensorRef tensor, int64_t* result);
  int32_t (*_Nonnull aoti_torch_get_sizes)(TorchTensorRef tensor, int64_t** result);
  int32_t (*_Nonnull aoti_torch_get_dtype)(TorchTensorRef tensor, int32_t* result);
  int32_t (*_Nonnull aoti_torch_get_device_type)(TorchTensorRef tensor, int32_t* result);
  int32_t (*_Nonnull aoti_torch_get_device_index)(TorchTensorRef tensor, int32_t* result);
  int32_t (*_Nonnull aoti_torch_is_contiguous)(TorchTensorRef tensor, bool* result);
  int32_t (*_Nonnull aoti_torch_empty_strided)(int64_t dimensions, const int64_t* sizes, const int64_t* strides,
                                               int32_t dtype, int32_t device_type, int32_t device_index,
                                               TorchTensorRef* result);

  // MARK: - What the ABI lacks

  // The version of libtorch that the bridge was compiled for, packed as `aoti_torch_abi_version` is.
  uint64_t (*_Nonnull accrete_bridge_version)(void);

  // Why the last failed call of this thread failed; "" if nothing is known. Valid until the next call.
  const char* (*_Nonnull accrete_last_error)(void);

  // A heap slot for an optional argument, which libtorch frees.
  TorchStackValue (*_Nonnull accrete_new_optional)(TorchStackValue value);

  // A CPU tensor over foreign memory; `release(context)` is called when the last view of it has gone.
  int32_t (*_Nonnull accrete_from_memory)(void* data, int64_t dimensions, const int64_t* sizes, int32_t dtype,
                                          void (*release)(void* context), void* context, TorchTensorRef* result);

  // Operators whose schema has a Scalar, which the stable ABI cannot pass.
  int32_t (*_Nonnull accrete_add)(TorchTensorRef a, TorchTensorRef b, double alpha, TorchTensorRef* result);
  int32_t (*_Nonnull accrete_add_in_place)(TorchTensorRef a, TorchTensorRef b, double alpha);
  int32_t (*_Nonnull accrete_add_scalar)(TorchTensorRef a, double value, TorchTensorRef* result);
  int32_t (*_Nonnull accrete_multiply_scalar)(TorchTensorRef a, double value, TorchTensorRef* result);
  int32_t (*_Nonnull accrete_multiply_scalar_in_place)(TorchTensorRef a, double value);
  int32_t (*_Nonnull accrete_power_scalar)(TorchTensorRef a, double exponent, TorchTensorRef* result);
  int32_t (*_Nonnull accrete_fill)(TorchTensorRef a, double value);
  int32_t (*_Nonnull accrete_addmm)(TorchTensorRef bias, TorchTensorRef a, TorchTensorRef b, double beta, double alpha,
                                    TorchTensorRef* result);
  // sum += a b.
  int32_t (*_Nonnull accrete_addmm_in_place)(TorchTensorRef sum, TorchTensorRef a, TorchTensorRef b);
  // sum = beta · sum + alpha · a b, matrix by matrix; with beta 0 what sum held does not matter. All [matrices, rows, columns]
  int32_t (*_Nonnull accrete_baddbmm_in_place)(TorchTensorRef sum, TorchTensorRef a, TorchTensorRef b, double beta,
                                               double alpha);
  // x wᵀ (+ addend). On a CPU, in float32 and outside of recording, by oneDNN, which was twice as fast as MKL on AMD. x: [rows, in], w:
  // [out, in] with any strides, addend: [rows, out] or NULL.
  int32_t (*_Nonnull accrete_linear)(TorchTensorRef x, TorchTensorRef w, TorchTensorRef addend, TorchTensorRef* result);
  int32_t (*_Nonnull accrete_masked_fill)(TorchTensorRef a, TorchTensorRef mask, double value, TorchTensorRef* result);

  // Autograd.
  int32_t (*_Nonnull accrete_backward)(TorchTensorRef loss);
  int32_t (*_Nonnull accrete_backward_from)(TorchTensorRef value, TorchTensorRef gradient);
  int32_t (*_Nonnull accrete_requires_grad)(TorchTensorRef tensor, bool* result);
  int32_t (*_Nonnull accrete_get_grad)(TorchTensorRef tensor, TorchTensorRef* result);  // NULL when there is none
  int32_t (*_Nonnull accrete_set_grad)(TorchTensorRef tensor, TorchTensorRef grad);     // NULL removes it
  // Lets the tensor point at the memory of another one of the same type, keeping its identity.
  int32_t (*_Nonnull accrete_set_data)(TorchTensorRef tensor, TorchTensorRef data);

  // Random streams: never the global one.
  int32_t (*_Nonnull accrete_generator_new)(int32_t device_type, int32_t device_index, uint64_t seed,
                                            TorchGeneratorRef* result);
  void (*_Nonnull accrete_generator_delete)(TorchGeneratorRef generator);
  int32_t (*_Nonnull accrete_generator_get_state)(TorchGeneratorRef generator, TorchTensorRef* result);
  int32_t (*_Nonnull accrete_generator_set_state)(TorchGeneratorRef generator, TorchTensorRef state);
  int32_t (*_Nonnull accrete_uniform)(TorchTensorRef a, double low, double high, TorchGeneratorRef generator);
  int32_t (*_Nonnull accrete_normal)(TorchTensorRef a, double mean, double deviation, TorchGeneratorRef generator);
  int32_t (*_Nonnull accrete_bernoulli)(TorchTensorRef a, double probability, TorchGeneratorRef generator);

  // Threads and devices.
  int32_t (*_Nonnull accrete_set_threads)(int32_t count);
  int32_t (*_Nonnull accrete_get_threads)(void);
  bool (*_Nonnull accrete_has_cuda)(void);
  const char* (*_Nonnull accrete_build_description)(void);

  // GPUs. Whether operators take the way whose sums have a fixed order; those that have none fail.
  void (*_Nonnull accrete_set_deterministic)(bool on);
  // Settings of cuBLAS that make products repeatable: once, before the first.
  int32_t (*_Nonnull accrete_prepare_cuda)(void);
  int32_t (*_Nonnull accrete_device_count)(void);
  int32_t (*_Nonnull accrete_cuda_stream)(int32_t device, void* _Nullable* _Nonnull stream);
  int32_t (*_Nonnull accrete_synchronize)(int32_t device);
  // Bytes: free and total of the device; allocated now, at most since the last reset, and held by libtorch.
  int32_t (*_Nonnull accrete_device_memory)(int32_t device, int64_t* _Nonnull numbers /* [5] */);
  int32_t (*_Nonnull accrete_reset_peak)(int32_t device);
  // How often there was no room on the device: what tells exhausted memory from other failures where the stable ABI gives no text.
  int32_t (*_Nonnull accrete_memory_failures)(int32_t device, int64_t* _Nonnull count);
  // How many arguments an operator of the loaded libtorch has, -1: there is none of that name; whether it has kernels; its schema, which lasts
  // until the next call of this thread.
  int32_t (*_Nonnull accrete_operator)(const char* _Nonnull name, const char* _Nonnull overload, bool* _Nonnull cpu, bool* _Nonnull cuda,
                                       const char* _Nullable* _Nonnull schema);

  // Gives tensors a region of memory for themselves, which the process keeps.
  void (*_Nonnull accrete_keep_tensor_memory)(void);
} AccreteLibtorch;

#pragma clang diagnostic pop

// MARK: - The table (Loader.cpp)

// Loads libtorch. Where that fails the table has functions that all fail, and whose `accrete_last_error` says why.
const AccreteLibtorch* _Nonnull accrete_load_libtorch(void);

// NULL until then.
extern const AccreteLibtorch* _Nullable accrete_loaded_libtorch;

// The table; loads libtorch if nothing has yet.
static inline const AccreteLibtorch* _Nonnull accrete_libtorch(void) {
  const AccreteLibtorch* loaded = __atomic_load_n(&accrete_loaded_libtorch, __ATOMIC_ACQUIRE);
  return loaded != NULL ? loaded : accrete_load_libtorch();
}

// Why libtorch could not be loaded; NULL if it could, or if nothing has needed it yet.
const char* _Nullable accrete_libtorch_problem(void);

// What to do about it; NULL where there is no problem.
const char* _Nullable accrete_libtorch_fix(void);

// The file that the table came from; NULL until it is loaded. The program itself where that is linked to the bridge.
const char* _Nullable accrete_libtorch_library(void);

// How many of so many threads the OpenMP runtime gives to this thread; fewer where OMP_THREAD_LIMIT says so. It does not vary from here on.
int32_t accrete_granted_threads(int32_t threads);

// Calls an operator by schema name (Call.cpp).
//
// stack: `arguments` values, which are taken; afterwards `results` values. It has room for the larger number of both.
int32_t accrete_call(const char* _Nonnull name, const char* _Nonnull overload, TorchStackValue* _Nullable stack,
                     size_t arguments, size_t results, uint64_t abi_version);

// Adds to this thread's count of tensor handles, and returns it.
int64_t accrete_count_handles(int64_t change);

// Freed memory stays for the next tensors, instead of being given back and gotten again as zeroed pages; tensors get a region
// for themselves as soon as libtorch is loaded.
void accrete_keep_freed_memory(void);

#ifdef __cplusplus
}
#endif

#endif
