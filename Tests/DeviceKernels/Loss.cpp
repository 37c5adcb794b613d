#include <algorithm>

#include "Check.h"

namespace check {

namespace {

template <typename T>
void test_cross_entropy() {
  const int64_t rows = 6;
  const float scale = 0.25f;
  for (const int64_t width : {1, 5, 130, 5003}) {
    const int64_t stride = width + 3;
    auto logits = Memory<T>::random(rows * stride, 1, 4, static_cast<int>(width % 2));
    // One row whose softmax would be infinite without its maximum taken away, one whose first numbers are the lowest there are.
    for (int64_t i = 0; i < width; ++i) logits.data()[stride + i] = made<T>(200 + logits[stride + i]);
    for (int64_t i = 0; i < width - 1; ++i) logits.data()[2 * stride + i] = made<T>(-INFINITY);
    Vector<int64_t> targets;
    for (int64_t row = 0; row < rows; ++row) targets.push_back(row == 2 ? width - 1 : row * 7919 % width);
    Memory<T> first(0);
    for (const Grid& grid : grids) {
      Memory<T> gradient = logits;
      Memory<float> losses(rows);
      launch(std::string("accrete_cross_entropy") + suffix<T>(), Grid{grid.x, grid.y, 64}, rows, width, stride,
             static_cast<const int64_t*>(targets.data()), scale, gradient.data(), losses.data());
      if (first.count() == 0) first = gradient;
      that(gradient == first, "cross_entropy: other bits with another grid");
      for (int64_t row = 0; row < rows; ++row) {
        double most = -INFINITY, sum = 0;
        for (int64_t f = 0; f < width; ++f) most = std::max(most, logits[row * stride + f]);
        for (int64_t f = 0; f < width; ++f) sum += std::exp(logits[row * stride + f] - most);
        const int64_t target = targets[static_cast<size_t>(row)];
        near<float>("cross_entropy loss", row, losses[row], std::log(sum) + most - logits[row * stride + target], 4e-6, 20);
        for (int64_t f = 0; f < stride; ++f) {
          const int64_t i = row * stride + f;
          const double wanted =
              f >= width ? logits[i] : scale * (std::exp(logits[i] - most) / sum - (f == target ? 1 : 0));
          near<T>("cross_entropy gradient", i, gradient[i], wanted, 1e-6);
        }
      }
    }
  }
}

}  // namespace

void test_loss() {
  test_cross_entropy<float>();
  test_cross_entropy<Half>();
}

}  // namespace check
