#include "Check.h"

namespace check {

namespace {

template <typename T>
void test_adapters() {
  const int64_t rows = 7, adapters = 3;
  const Vector<int32_t> slots = {2, 0, -1, 1, 2, -1, 0};
  const Vector<float> scaling = {0.5f, 2.0f, 1.25f};
  for (const int64_t rank : {1, 5, 16}) {
    for (const int64_t width : {70, 513}) {
      const int64_t outputs = width + 2;
      const auto x = Memory<T>::random(rows * width, 1), a = Memory<T>::random(adapters * rank * width, 2, 0.2);
      const auto b = Memory<T>::random(adapters * rank * outputs, 3, 0.2), before = Memory<T>::random(rows * outputs, 4);
      Memory<float> first(0);
      for (const Grid& grid : grids) {
        Memory<float> reduced(rows * rank);
        Memory<T> out = before;
        launch(std::string("accrete_shrink") + suffix<T>(), grid, rows, width, rank, slots.data(), x.data(), a.data(), reduced.data());
        launch(std::string("accrete_expand") + suffix<T>(), grid, rows, outputs, rank, slots.data(), scaling.data(), b.data(),
               static_cast<const float*>(reduced.data()), out.data());
        if (first.count() == 0) first = reduced;
        that(reduced == first, "shrink: other bits with other threads");
        for (int64_t row = 0; row < rows; ++row) {
          const int64_t slot = slots[static_cast<size_t>(row)];
          for (int64_t r = 0; r < rank; ++r) {
            double sum = 0;
            for (int64_t f = 0; slot >= 0 && f < width; ++f) sum += a[(slot * rank + r) * width + f] * x[row * width + f];
            near<float>("shrink", row * rank + r, reduced[row * rank + r], sum, 4e-6, 4);
          }
          for (int64_t o = 0; o < outputs; ++o) {
            double sum = 0;
            for (int64_t r = 0; slot >= 0 && r < rank; ++r) sum += b[(slot * rank + r) * outputs + o] * reduced[row * rank + r];
            const double factor = slot < 0 ? 0 : scaling[static_cast<size_t>(slot)];
            near<T>("expand", row * outputs + o, out[row * outputs + o], before[row * outputs + o] + factor * sum, 4e-6, 10);
          }
        }
      }
    }
  }
}

// How bfloat16 is rounded, of numbers that only `reduced` holds: to the nearest, ties to even; NaN stays one.
void test_rounding() {
  struct Pair {
    uint32_t bits;
    Half wanted;
  };
  const std::vector<Pair> pairs = {
      {0x3F800000, 0x3F80}, {0x3F808000, 0x3F80}, {0x3F818000, 0x3F82}, {0x3F808001, 0x3F81}, {0x3F80FFFF, 0x3F81},
      {0xBF808000, 0xBF80}, {0xBF818000, 0xBF82}, {0x7F7FFFFF, 0x7F80}, {0x7F7F7FFF, 0x7F7F}, {0x7F800000, 0x7F80},
      {0xFF800000, 0xFF80}, {0x7FC12345, 0x7FC0}, {0xFF800001, 0x7FC0}, {0x7FFFFFFF, 0x7FC0}, {0x00018000, 0x0002},
  };
  const int64_t rows = static_cast<int64_t>(pairs.size()), rank = 1;
  for (const int64_t outputs : {1, 4}) {
    const Vector<int32_t> slots(pairs.size(), 0);
    const Vector<float> scaling = {1};
    Memory<Half> ones(outputs), out(rows * outputs);
    for (int64_t o = 0; o < outputs; ++o) ones.data()[o] = made<Half>(1);
    Memory<float> reduced(rows);
    std::memset(out.data(), 0, sizeof(Half) * static_cast<size_t>(out.count()));
    for (int64_t row = 0; row < rows; ++row) std::memcpy(reduced.data() + row, &pairs[static_cast<size_t>(row)].bits, sizeof(float));
    launch("accrete_expand_bf16", {2, 1, 32}, rows, outputs, rank, slots.data(), scaling.data(), static_cast<const Half*>(ones.data()),
           static_cast<const float*>(reduced.data()), out.data());
    for (int64_t i = 0; i < out.count(); ++i) {
      const Pair& pair = pairs[static_cast<size_t>(i / outputs)];
      that(out.data()[i] == pair.wanted, "bfloat16 of " + std::to_string(pair.bits) + " is " + std::to_string(out.data()[i]));
    }
  }
}

}  // namespace

void test_low_rank() {
  test_rounding();
  test_adapters<float>();
  test_adapters<Half>();
}

}  // namespace check
