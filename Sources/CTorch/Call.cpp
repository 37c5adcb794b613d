// Calls operators on a stack that is longer than what the caller knows of the operator.
//
// An operator gains arguments at its end from version to version (`_flash_attention_forward` has 15 in libtorch 2.11 and 17 in 2.13). The
// dispatcher reads as many slots as the loaded schema has. A slot of zero is None where an argument is optional, and 0 or false elsewhere:
// what such an argument is when nobody gives it.

#include "CTorch.h"

#include <algorithm>
#include <vector>

namespace {

// Slots beyond the arguments; no operator has ever got more.
constexpr size_t spare = 8;
// Without memory from the heap.
constexpr size_t few = 48;

}  // namespace

extern "C" int32_t accrete_call(const char* name, const char* overload, TorchStackValue* stack, size_t arguments,
                                size_t results, uint64_t abi_version) {
  const size_t slots = std::max(arguments, results) + spare;
  TorchStackValue near[few] = {};
  std::vector<TorchStackValue> far(slots > few ? slots : 0);
  TorchStackValue* const padded = slots > few ? far.data() : near;
  std::copy_n(stack, arguments, padded);
  const int32_t status = accrete_libtorch()->torch_call_dispatcher(name, overload, padded, abi_version);
  if (status == 0) std::copy_n(padded, results, stack);
  return status;
}
