#include "Check.h"

namespace check {

namespace {

template <typename T>
void test_adapters() {
  const int64_t rows = 7, adapters = 3;
  const std::vector<int32_t> slots = {2, 0, -1, 1, 2, -1, 0};
  const std::vector<float> scaling = {0.5f, 2.0f, 1.25f};
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

}  // namespace

void test_low_rank() {
  test_adapters<float>();
  test_adapters<Half>();
}

}  // namespace check
