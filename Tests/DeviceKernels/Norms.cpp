#include "Check.h"

namespace check {

namespace {

template <typename In, typename Out>
void test_norm(const std::string& types) {
  const int64_t tokens = 9;
  const float epsilon = 0.05f;
  for (const int64_t width : {1, 66, 333, 1024}) {
    const auto x = Memory<In>::random(tokens * width, 1), rest = Memory<In>::random(tokens * width, 5);
    const auto addend = Memory<Out>::random(tokens * width, 2), gradient = Memory<Out>::random(tokens * width, 3);
    const auto weight = Memory<float>::random(width, 4);
    for (const bool adds : {false, true}) {
      Memory<In> first_sum(0), first_result(0);
      Memory<Out> first_normed(0);
      for (const uint32_t blocks : {1, 4, 20}) {
        const Grid grid = {blocks, blocks == 4 ? 2u : 1u, 96};
        Memory<In> sum(tokens * width), result(tokens * width);
        Memory<Out> normed(tokens * width);
        launch("accrete_norm_forward_" + types, grid, tokens, width, epsilon, x.data(),
               adds ? addend.data() : static_cast<const Out*>(nullptr), weight.data(), adds ? sum.data() : static_cast<In*>(nullptr),
               normed.data());
        launch("accrete_norm_backward_" + types, grid, tokens, width, epsilon, gradient.data(), x.data(), weight.data(),
               adds ? rest.data() : static_cast<const In*>(nullptr), result.data());
        if (blocks == 1) {
          first_sum = sum, first_normed = normed, first_result = result;
        } else {
          that(sum == first_sum && normed == first_normed && result == first_result, "norm_" + types + ": other bits with another grid");
        }
        for (int64_t token = 0; token < tokens; ++token) {
          double squares = 0, own_squares = 0, along = 0;
          for (int64_t i = token * width; i < (token + 1) * width; ++i) {
            const double value = x[i] + (adds ? addend[i] : 0);
            squares += value * value;
            own_squares += x[i] * x[i];
            along += x[i] * gradient[i] * weight[i % width];
          }
          const double wide = static_cast<double>(width);
          const double inverse = 1 / std::sqrt(squares / wide + epsilon), own = 1 / std::sqrt(own_squares / wide + epsilon);
          for (int64_t i = token * width; i < (token + 1) * width; ++i) {
            if (adds) near<In>("norm_forward sum", i, sum[i], x[i] + addend[i]);
            // Normed is what was rounded to the residual stream's type.
            const double value = adds ? sum[i] : x[i];
            near<Out>("norm_forward", i, normed[i], value * inverse * weight[i % width], 4e-6, 10);
            const double by_x = own * gradient[i] * weight[i % width] - own * own * own * along / wide * x[i];
            near<In>("norm_backward", i, result[i], by_x + (adds ? rest[i] : 0), 1e-5, 10);
          }
        }
      }
    }
  }
}

}  // namespace

void test_norms() {
  test_norm<float, float>("f32_f32");
  test_norm<float, Half>("f32_bf16");
  test_norm<Half, Half>("bf16_bf16");
}

}  // namespace check
