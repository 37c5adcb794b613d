// What libtorch's stable C ABI lacks: operators with Scalar arguments, autograd, random state, threads; and the table of
// it all, which CTorch.h describes.
//
// The C ABI is the same in every libtorch from 2.10 on; the C++ is not. Its headers have inline functions that know tensor field offsets
// and dispatch key numbers. Both move between minor versions: compiled for 2.13 and run on 2.11, they silently read beside the fields. So
// there is one bridge for each minor version, compiled with its headers, and it gives its table to no other (`accrete_bridge`). Nothing may
// throw across the C boundary.

#include "CTorchBridge.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/DeviceAccelerator.h>
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/core/Generator.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/grad_mode.h>
#include <ATen/core/stack.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/variable.h>
#include <torch/headeronly/version.h>

#include <dlfcn.h>

#include <string>
#include <type_traits>

#include "Devices.h"
#include "TensorMemory.h"

extern "C" {

// Exported from 2.13 on; absent (null) before.
const char* torch_exception_get_what_without_backtrace(void) __attribute__((weak));

// libtorch exports these with the types that they have in the table, in its order.
#define STABLE_ABI(FUNCTION) \
  FUNCTION(torch_call_dispatcher) FUNCTION(torch_new_list_reserve_size) FUNCTION(torch_list_push_back) \
  FUNCTION(torch_set_requires_grad) FUNCTION(aoti_torch_abi_version) FUNCTION(aoti_torch_device_type_cpu) \
  FUNCTION(aoti_torch_device_type_cuda) FUNCTION(aoti_torch_dtype_bfloat16) FUNCTION(aoti_torch_dtype_float16) \
  FUNCTION(aoti_torch_dtype_float32) FUNCTION(aoti_torch_dtype_float64) FUNCTION(aoti_torch_dtype_uint8) \
  FUNCTION(aoti_torch_dtype_int8) FUNCTION(aoti_torch_dtype_int16) FUNCTION(aoti_torch_dtype_int32) \
  FUNCTION(aoti_torch_dtype_int64) FUNCTION(aoti_torch_dtype_bool) FUNCTION(aoti_torch_grad_mode_is_enabled) \
  FUNCTION(aoti_torch_grad_mode_set_enabled) FUNCTION(aoti_torch_new_tensor_handle) \
  FUNCTION(aoti_torch_delete_tensor_object) FUNCTION(aoti_torch_get_data_ptr) FUNCTION(aoti_torch_get_dim) \
  FUNCTION(aoti_torch_get_numel) FUNCTION(aoti_torch_get_sizes) FUNCTION(aoti_torch_get_dtype) \
  FUNCTION(aoti_torch_get_device_type) FUNCTION(aoti_torch_get_device_index) FUNCTION(aoti_torch_is_contiguous) \
  FUNCTION(aoti_torch_empty_strided)
#define DECLARE(name) std::remove_pointer_t<decltype(AccreteLibtorch::name)> name;
STABLE_ABI(DECLARE)

}  // extern "C"

struct AccreteGenerator {
  at::Generator generator;
};

namespace {

thread_local std::string last_error;
thread_local bool failed_here = false;

at::Tensor& tensor(TorchTensorRef ref) { return *reinterpret_cast<at::Tensor*>(ref); }

TorchTensorRef handle(at::Tensor&& value) { return reinterpret_cast<TorchTensorRef>(new at::Tensor(std::move(value))); }

template <typename Body>
int32_t guarded(Body body) {
  try {
    body();
    return 0;
  } catch (const c10::OutOfMemoryError& error) {
    // By its type: what it says changes from version to version. Swift looks for these words.
    last_error = error.what_without_backtrace();
    if (last_error.find("out of memory") == std::string::npos) last_error = "out of memory: " + last_error;
  } catch (const c10::Error& error) {
    last_error = error.what_without_backtrace();
  } catch (const std::exception& error) {
    last_error = error.what();
  } catch (...) {
    last_error = "unknown C++ exception";
  }
  failed_here = true;
  return 1;
}

using Operator = std::optional<c10::OperatorHandle>;

Operator find(const char* name, const char* overload) { return c10::Dispatcher::singleton().findSchema({name, overload}); }

// Builds without oneDNN do not have these.
const Operator& one_dnn_linear() {
  static const Operator op = find("mkldnn::_linear_pointwise", "");
  return op;
}

const Operator& one_dnn_linear_adding() {
  static const Operator op = find("mkldnn::_linear_pointwise", "binary");
  return op;
}

bool suits_one_dnn(const at::Tensor& t) {
  return t.device().is_cpu() && t.scalar_type() == at::kFloat && t.numel() > 0 &&
         !(t.requires_grad() && at::GradMode::is_enabled());
}

// MARK: Versions

uint64_t accrete_bridge_version(void) { return TORCH_ABI_VERSION; }

// A patch release keeps the layouts of its minor version.
bool is_same_minor(uint64_t one, uint64_t other) { return one >> 48 == other >> 48; }

// MARK: Failures and arguments

const char* accrete_last_error(void) {
  // A failure of ours is remembered here; one of the stable ABI in libtorch, if it is new enough to tell.
  if (failed_here) {
    failed_here = false;
    return last_error.c_str();
  }
  if (torch_exception_get_what_without_backtrace != nullptr) {
    const char* what = torch_exception_get_what_without_backtrace();
    return what == nullptr ? "" : what;
  }
  return "";
}

TorchStackValue accrete_new_optional(TorchStackValue value) {
  return reinterpret_cast<TorchStackValue>(new TorchStackValue(value));
}

int32_t accrete_from_memory(void* data, int64_t dimensions, const int64_t* sizes, int32_t dtype,
                            void (*release)(void*), void* context, TorchTensorRef* result) {
  return guarded([&] {
    auto options = at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)).device(at::kCPU);
    *result = handle(at::from_blob(
        data, at::IntArrayRef(sizes, static_cast<size_t>(dimensions)),
        [release, context](void*) { release(context); }, options));
  });
}

// MARK: Operators with scalars

int32_t accrete_add(TorchTensorRef a, TorchTensorRef b, double alpha, TorchTensorRef* result) {
  // Tensors of integers want a whole number.
  const bool whole = alpha == 1 || alpha == -1;
  const at::Scalar scale = whole ? at::Scalar(static_cast<int64_t>(alpha)) : at::Scalar(alpha);
  return guarded([&] { *result = handle(at::add(tensor(a), tensor(b), scale)); });
}

int32_t accrete_add_in_place(TorchTensorRef a, TorchTensorRef b, double alpha) {
  return guarded([&] { tensor(a).add_(tensor(b), alpha); });
}

int32_t accrete_add_scalar(TorchTensorRef a, double value, TorchTensorRef* result) {
  return guarded([&] { *result = handle(at::add(tensor(a), value)); });
}

int32_t accrete_multiply_scalar(TorchTensorRef a, double value, TorchTensorRef* result) {
  return guarded([&] { *result = handle(at::mul(tensor(a), value)); });
}

int32_t accrete_multiply_scalar_in_place(TorchTensorRef a, double value) {
  return guarded([&] { tensor(a).mul_(value); });
}

int32_t accrete_power_scalar(TorchTensorRef a, double exponent, TorchTensorRef* result) {
  return guarded([&] { *result = handle(at::pow(tensor(a), exponent)); });
}

int32_t accrete_fill(TorchTensorRef a, double value) {
  return guarded([&] { tensor(a).fill_(value); });
}

int32_t accrete_addmm(TorchTensorRef bias, TorchTensorRef a, TorchTensorRef b, double beta, double alpha,
                      TorchTensorRef* result) {
  return guarded([&] { *result = handle(at::addmm(tensor(bias), tensor(a), tensor(b), beta, alpha)); });
}

int32_t accrete_addmm_in_place(TorchTensorRef sum, TorchTensorRef a, TorchTensorRef b) {
  return guarded([&] { tensor(sum).addmm_(tensor(a), tensor(b)); });
}

int32_t accrete_baddbmm_in_place(TorchTensorRef sum, TorchTensorRef a, TorchTensorRef b, double beta, double alpha) {
  return guarded([&] { tensor(sum).baddbmm_(tensor(a), tensor(b), beta, alpha); });
}

int32_t accrete_linear(TorchTensorRef x, TorchTensorRef w, TorchTensorRef addend, TorchTensorRef* result) {
  return guarded([&] {
    const at::Tensor &input = tensor(x), &weight = tensor(w);
    const bool plain = addend == nullptr;
    const auto& op = plain ? one_dnn_linear() : one_dnn_linear_adding();
    // Shapes that do not fit go the other way, whose message says so.
    const bool fits = weight.dim() == 2 && input.dim() >= 2 && input.size(-1) == weight.size(1);
    // A call of oneDNN costs about 10 µs by itself: small products are faster without it.
    const bool large = fits && input.numel() * weight.size(0) > accrete_small_product;
    if (op && large && suits_one_dnn(input) && suits_one_dnn(weight) && (plain || suits_one_dnn(tensor(addend)))) {
      torch::jit::Stack stack{input};
      if (!plain) stack.emplace_back(tensor(addend));
      stack.emplace_back(weight);
      stack.emplace_back();  // no bias
      stack.emplace_back(plain ? "none" : "add");
      if (plain) {
        stack.emplace_back(c10::List<std::optional<at::Scalar>>());
        stack.emplace_back("");
      }
      op->callBoxed(stack);
      *result = handle(std::move(stack.at(0)).toTensor());
    } else {
      at::Tensor product = at::linear(input, weight);
      *result = handle(plain ? std::move(product) : at::add(product, tensor(addend)));
    }
  });
}

int32_t accrete_masked_fill(TorchTensorRef a, TorchTensorRef mask, double value, TorchTensorRef* result) {
  return guarded([&] { *result = handle(at::masked_fill(tensor(a), tensor(mask), value)); });
}

// MARK: Autograd

int32_t accrete_backward(TorchTensorRef loss) {
  return guarded([&] { torch::autograd::backward({tensor(loss)}, {}); });
}

int32_t accrete_backward_from(TorchTensorRef value, TorchTensorRef gradient) {
  return guarded([&] { torch::autograd::backward({tensor(value)}, {tensor(gradient)}); });
}

int32_t accrete_requires_grad(TorchTensorRef ref, bool* result) {
  return guarded([&] { *result = tensor(ref).requires_grad(); });
}

int32_t accrete_get_grad(TorchTensorRef ref, TorchTensorRef* result) {
  return guarded([&] {
    const at::Tensor& grad = tensor(ref).grad();
    *result = grad.defined() ? handle(at::Tensor(grad)) : nullptr;
  });
}

int32_t accrete_set_grad(TorchTensorRef ref, TorchTensorRef grad) {
  return guarded([&] { tensor(ref).mutable_grad() = grad == nullptr ? at::Tensor() : tensor(grad); });
}

int32_t accrete_set_data(TorchTensorRef ref, TorchTensorRef data) {
  return guarded([&] { tensor(ref).set_data(tensor(data)); });
}

// MARK: Random streams

int32_t accrete_generator_new(int32_t device_type, int32_t device_index, uint64_t seed, TorchGeneratorRef* result) {
  return guarded([&] {
    at::Generator generator =
        device_type == aoti_torch_device_type_cpu()
            ? at::detail::createCPUGenerator(seed)
            : at::globalContext()
                  .getAcceleratorHooksInterface(static_cast<at::DeviceType>(device_type))
                  .getNewGenerator(static_cast<c10::DeviceIndex>(device_index));
    generator.set_current_seed(seed);
    *result = new AccreteGenerator{std::move(generator)};
  });
}

void accrete_generator_delete(TorchGeneratorRef generator) { delete generator; }

int32_t accrete_generator_get_state(TorchGeneratorRef generator, TorchTensorRef* result) {
  return guarded([&] { *result = handle(generator->generator.get_state()); });
}

int32_t accrete_generator_set_state(TorchGeneratorRef generator, TorchTensorRef state) {
  return guarded([&] { generator->generator.set_state(tensor(state)); });
}

int32_t accrete_uniform(TorchTensorRef a, double low, double high, TorchGeneratorRef generator) {
  return guarded([&] { tensor(a).uniform_(low, high, generator->generator); });
}

int32_t accrete_normal(TorchTensorRef a, double mean, double deviation, TorchGeneratorRef generator) {
  return guarded([&] { tensor(a).normal_(mean, deviation, generator->generator); });
}

int32_t accrete_bernoulli(TorchTensorRef a, double probability, TorchGeneratorRef generator) {
  return guarded([&] { tensor(a).bernoulli_(probability, generator->generator); });
}

// MARK: Threads and devices

int32_t accrete_set_threads(int32_t count) {
  return guarded([&] { at::set_num_threads(count); });
}

int32_t accrete_get_threads(void) { return at::get_num_threads(); }

bool accrete_has_cuda(void) {
  // Only the CPU library is linked, so that a CPU needs nothing of CUDA; a CUDA build's kernels are loaded on request.
  static const bool loaded = dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) != nullptr;
  return loaded && at::globalContext().hasCUDA();
}

const char* accrete_build_description(void) {
  static const std::string description = at::show_config();
  return description.c_str();
}

void accrete_set_deterministic(bool on) { accrete::set_deterministic(on); }

int32_t accrete_prepare_cuda(void) { return guarded([] { accrete::prepare_cuda(); }); }

int32_t accrete_device_count(void) { return accrete_has_cuda() ? at::accelerator::deviceCount() : 0; }

int32_t accrete_cuda_stream(int32_t device, void** stream) {
  return guarded([&] { *stream = accrete::cuda_stream(device); });
}

int32_t accrete_synchronize(int32_t device) {
  return guarded([&] { accrete::synchronize(device); });
}

int32_t accrete_device_memory(int32_t device, int64_t* numbers) {
  return guarded([&] {
    const auto memory = accrete::memory(device);
    numbers[0] = memory.free;
    numbers[1] = memory.total;
    numbers[2] = memory.allocated;
    numbers[3] = memory.peak;
    numbers[4] = memory.reserved;
  });
}

int32_t accrete_reset_peak(int32_t device) {
  return guarded([&] { accrete::reset_peak(device); });
}

int32_t accrete_memory_failures(int32_t device, int64_t* count) {
  return guarded([&] { *count = accrete::memory_failures(device); });
}

int32_t accrete_operator(const char* name, const char* overload, bool* cpu, bool* cuda, const char** schema) {
  thread_local accrete::FoundOperator found;
  if (guarded([&] { found = accrete::find_operator(name, overload); }) != 0) return -1;
  *cpu = found.cpu;
  *cuda = found.cuda;
  *schema = found.schema.c_str();
  return found.arguments;
}

void accrete_keep_tensor_memory(void) { accrete::keep_tensor_memory(); }

// MARK: The table

#define OURS(FUNCTION) \
  FUNCTION(accrete_bridge_version) FUNCTION(accrete_last_error) FUNCTION(accrete_new_optional) FUNCTION(accrete_from_memory) \
  FUNCTION(accrete_add) FUNCTION(accrete_add_in_place) FUNCTION(accrete_add_scalar) \
  FUNCTION(accrete_multiply_scalar) FUNCTION(accrete_multiply_scalar_in_place) FUNCTION(accrete_power_scalar) \
  FUNCTION(accrete_fill) FUNCTION(accrete_addmm) FUNCTION(accrete_addmm_in_place) FUNCTION(accrete_baddbmm_in_place) FUNCTION(accrete_linear) \
  FUNCTION(accrete_masked_fill) \
  FUNCTION(accrete_backward) FUNCTION(accrete_backward_from) FUNCTION(accrete_requires_grad) \
  FUNCTION(accrete_get_grad) FUNCTION(accrete_set_grad) FUNCTION(accrete_set_data) \
  FUNCTION(accrete_generator_new) FUNCTION(accrete_generator_delete) FUNCTION(accrete_generator_get_state) \
  FUNCTION(accrete_generator_set_state) FUNCTION(accrete_uniform) FUNCTION(accrete_normal) \
  FUNCTION(accrete_bernoulli) FUNCTION(accrete_set_threads) FUNCTION(accrete_get_threads) \
  FUNCTION(accrete_has_cuda) FUNCTION(accrete_build_description) \
  FUNCTION(accrete_set_deterministic) FUNCTION(accrete_prepare_cuda) FUNCTION(accrete_device_count) FUNCTION(accrete_cuda_stream) \
  FUNCTION(accrete_synchronize) FUNCTION(accrete_device_memory) FUNCTION(accrete_reset_peak) \
  FUNCTION(accrete_memory_failures) FUNCTION(accrete_operator) \
  FUNCTION(accrete_keep_tensor_memory)

#define ENTRY(name) .name = name,
const AccreteLibtorch table = {STABLE_ABI(ENTRY) OURS(ENTRY)};

#define ONE(name) +1
static_assert(sizeof(table) == (STABLE_ABI(ONE) OURS(ONE)) * sizeof(void*), "each function of the table, once");

}  // namespace

extern "C" const AccreteLibtorch* accrete_bridge(size_t size, uint64_t* built_for) {
  *built_for = accrete_bridge_version();
  return is_same_minor(*built_for, aoti_torch_abi_version()) && size == sizeof(table) ? &table : nullptr;
}
