// Does an operator that has more arguments than its caller knows find None in them, and no memory that is not the stack's?
//
// Compiled with the address sanitizer by Scripts/check_operator_stack. libtorch itself is not: what it reads of a stack is looked at
// just before.

#include <dlfcn.h>
#include <sanitizer/asan_interface.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "CTorch.h"

namespace {

constexpr uint64_t abi = uint64_t(2) << 56 | uint64_t(10) << 48;
constexpr size_t most = 10;

// What the operator that is called next has, and what it got.
size_t arguments_of_schema = 0;
TorchStackValue seen[most];

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "operator stack: %s\n", what);
  std::exit(1);
}

template <typename Function>
Function* libtorch(const char* name) {
  void* found = dlsym(RTLD_DEFAULT, name);
  require(found != nullptr, name);
  return reinterpret_cast<Function*>(found);
}

// The operator: (Tensor a, int b, 8 more) -> Tensor, which is `a`.
void kernel(uint64_t* stack, uint64_t arguments, uint64_t results) {
  require(arguments == most && results == 1, "the operator has other arguments than its schema says");
  for (size_t i = 0; i < most; i++) seen[i] = stack[i];
}

const AccreteLibtorch* real = nullptr;

// libtorch's own, after a look at every slot that it is going to read: all of them are initialised memory of one object.
int32_t watched(const char* name, const char* overload, TorchStackValue* stack, uint64_t version) {
  require(__asan_region_is_poisoned(stack, arguments_of_schema * sizeof(TorchStackValue)) == nullptr,
          "the dispatcher would read beyond the stack");
  return real->torch_call_dispatcher(name, overload, stack, version);
}

// A call with two of the ten arguments.
void fewer_than_the_schema() {
  void* library = nullptr;
  using New = int32_t(const char*, const char*, uint32_t, void**);
  require(libtorch<New>("aoti_torch_library_init_def")("accrete_test", __FILE__, __LINE__, &library) == 0, "no library");
  require(libtorch<int32_t(void*, const char*)>("aoti_torch_library_def")(
              library, "more(Tensor a, int b, Tensor? c=None, int? d=None, float? e=None, bool f=False, int g=0, "
                       "str? h=None, int[]? i=None, Tensor? j=None) -> Tensor") == 0,
          "the schema is refused");
  require(libtorch<int32_t(void*, const char*, void (*)(uint64_t*, uint64_t, uint64_t), uint64_t)>("torch_library_impl")(
              library, "more", kernel, abi) == 0,
          "the kernel is refused");
  const int64_t sizes[] = {2}, strides[] = {1};
  TorchTensorRef tensor = nullptr;
  require(real->aoti_torch_empty_strided(1, sizes, strides, real->aoti_torch_dtype_float32(),
                                         real->aoti_torch_device_type_cpu(), 0, &tensor) == 0,
          "no tensor");
  arguments_of_schema = most;
  // As large as the caller knows the operator to be, on the heap, where the sanitizer sees every step beyond.
  TorchStackValue* stack = new TorchStackValue[2]{reinterpret_cast<TorchStackValue>(tensor), 7};
  require(accrete_call("accrete_test::more", "", stack, 2, 1, abi) == 0, real->accrete_last_error());
  require(seen[1] == 7, "an argument was changed on its way");
  for (size_t i = 2; i < most; i++) require(seen[i] == 0, "an argument that nobody gave is not None");
  require(stack[1] == 7, "more than the results were written");
  const auto result = reinterpret_cast<TorchTensorRef>(stack[0]);
  int64_t count = 0;
  require(real->aoti_torch_get_numel(result, &count) == 0 && count == 2, "the result is another tensor");
  real->aoti_torch_delete_tensor_object(result);
  delete[] stack;
}

// A stack of many arguments is padded, too: this dispatcher only reads.
void many_arguments() {
  AccreteLibtorch reading = *real;
  reading.torch_call_dispatcher = [](const char*, const char*, TorchStackValue* stack, uint64_t) -> int32_t {
    for (size_t i = 0; i < arguments_of_schema + 8; i++) {
      require(stack[i] == (i < arguments_of_schema ? i + 1 : 0), "a slot has another value than was given");
    }
    return 0;
  };
  accrete_loaded_libtorch = &reading;
  for (size_t count = 0; count < 100; count++) {
    arguments_of_schema = count;
    TorchStackValue* stack = new TorchStackValue[count + 1];
    for (size_t i = 0; i < count; i++) stack[i] = i + 1;
    require(accrete_call("accrete_test::many", "", stack, count, count == 0 ? 0 : 1, abi) == 0, "the call failed");
    delete[] stack;
  }
}

}  // namespace

int main() {
  real = accrete_libtorch();
  require(accrete_libtorch_problem() == nullptr, accrete_libtorch_problem());
  AccreteLibtorch table = *real;
  table.torch_call_dispatcher = watched;
  accrete_loaded_libtorch = &table;
  fewer_than_the_schema();
  many_arguments();
  std::puts("operator stack: padded");
  // Without libtorch's end, which is not ours to look at.
  std::fflush(stdout);
  std::_Exit(0);
}
