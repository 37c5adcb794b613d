// The words of AWQ's checkpoints as codes of 4 bits, outputs first.

#include <algorithm>
#include <cstdint>

#include "Kernels.h"
#include "Parallel.h"

namespace {

// Which of eight neighbouring outputs a word holds at its place, the lowest bits first.
constexpr int awq_order[8] = {0, 2, 4, 6, 1, 3, 5, 7};

}  // namespace

extern "C" void accrete_awq_codes(int64_t inputs, int64_t outputs, const int32_t* words, uint8_t* codes, int32_t threads) {
  const int64_t columns = outputs / 8, bytes = (inputs + 1) / 2;
  accrete::each(columns, 4, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t input = 0; input < inputs; input += 2) {
      for (int64_t column = begin; column < end; ++column) {
        const auto low = static_cast<uint32_t>(words[input * columns + column]);
        const uint32_t high = input + 1 < inputs ? static_cast<uint32_t>(words[(input + 1) * columns + column]) : 0;
        for (int place = 0; place < 8; ++place) {
          const int64_t output = column * 8 + awq_order[place];
          const uint32_t pair = ((low >> 4 * place) & 15u) | ((high >> 4 * place) & 15u) << 4;
          codes[output * bytes + input / 2] = static_cast<uint8_t>(pair);
        }
      }
    }
  });
}
