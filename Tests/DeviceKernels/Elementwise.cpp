#include "Check.h"
#include "Kernels.h"

namespace check {

namespace {

// The masks of 10⁶ places are the CPU's, bit for bit.
template <typename T>
void test_dropout() {
  const std::string kernel = std::string("accrete_dropout") + suffix<T>();
  const int64_t rows = 331, width = 1037;
  Memory<T> ones(rows * width);
  for (int64_t i = 0; i < ones.count(); ++i) ones.data()[i] = made<T>(1);
  const AccreteDropout dropout = {static_cast<uint32_t>(0.05 * 0x1p32), 2.0f};
  int64_t dropped = 0, differ = 0, places = 0;
  for (const uint64_t key : {1ull, 0x9E3779B97F4A7C15ull, 0xFFFFFFFF00000001ull}) {
    Memory<float> mask(rows * width);
    accrete_dropout_mask(dropout, key, rows, width, mask.data());
    Memory<T> out(rows * width, 1);
    launch(kernel, {40, 1, 128}, rows, width, static_cast<const T*>(ones.data()), dropout.threshold, dropout.scale, key, out.data());
    for (int64_t i = 0; i < rows * width; ++i) {
      differ += out[i] != mask[i];
      dropped += mask[i] == 0;
    }
    places += rows * width;
  }
  that(differ == 0, kernel + ": " + std::to_string(differ) + " of " + std::to_string(places) + " places differ from the CPU's");
  that(places > 1000000 && std::abs(static_cast<double>(dropped) / static_cast<double>(places) - 0.05) < 0.001, "the rate of dropping");
}

// docs/protocol.md, "Dropout".
uint32_t hash(uint64_t key, uint32_t row, uint32_t column) {
  uint32_t x = static_cast<uint32_t>(key) + row * 0x9E3779B1u + column;
  x ^= x >> 16, x *= 0x7FEB352Du, x ^= x >> 15, x ^= static_cast<uint32_t>(key >> 32), x *= 0x846CA68Bu;
  return x ^ x >> 16;
}

// An element is dropped where its hash is below the threshold, not where it is the threshold.
void test_threshold() {
  const uint64_t key = 0xABCDEF0123456789ull;
  const int64_t rows = 2, width = 5;
  const float scale = 2;
  Memory<float> ones(rows * width), out(rows * width);
  for (int64_t i = 0; i < ones.count(); ++i) ones.data()[i] = 1;
  for (int64_t i = 0; i < rows * width; ++i) {
    for (const uint32_t more : {0u, 1u}) {
      const uint32_t threshold = hash(key, static_cast<uint32_t>(i / width), static_cast<uint32_t>(i % width)) + more;
      launch("accrete_dropout_f32", {1, 1, 32}, rows, width, static_cast<const float*>(ones.data()), threshold, scale, key, out.data());
      that(out[i] == (more == 0 ? 2 : 0), "dropout at its threshold");
    }
  }
}

double logistic(double x) { return 1 / (1 + std::exp(-x)); }
double activated(int32_t activation, double x) {
  return activation == 0 ? x * logistic(x) : 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
}
double slope(int32_t activation, double x) {
  const double h = 1e-5;
  return (activated(activation, x + h) - activated(activation, x - h)) / (2 * h);
}

template <typename T>
void test_gated_linear_unit() {
  for (const int64_t count : {1, 1021, 4096}) {
    for (const int32_t activation : {0, 1}) {
      const auto gradient = Memory<T>::random(count, 1), gate = Memory<T>::random(count, 2, 3), up = Memory<T>::random(count, 3);
      for (const Grid& grid : grids) {
        Memory<T> out(count), by_gate(count, 1), by_up(count);
        launch(std::string("accrete_glu_forward") + suffix<T>(), grid, count, gate.data(), up.data(), activation, out.data());
        launch(std::string("accrete_glu_backward") + suffix<T>(), grid, count, gradient.data(), gate.data(), up.data(), activation,
               by_gate.data(), by_up.data());
        for (int64_t i = 0; i < count; ++i) {
          near<T>("glu_forward", i, out[i], activated(activation, gate[i]) * up[i], 2e-6, 4);
          near<T>("glu_backward gate", i, by_gate[i], gradient[i] * up[i] * slope(activation, gate[i]), 2e-6, 4);
          near<T>("glu_backward up", i, by_up[i], gradient[i] * activated(activation, gate[i]), 2e-6, 4);
        }
      }
    }
  }
}

template <typename T>
void test_rotating() {
  const int64_t tokens = 11, heads = 3;
  for (const int64_t dim : {8, 10, 64}) {
    const int64_t half = dim / 2;
    const auto x = Memory<T>::random(tokens * heads * dim, 4, 1, dim == 64 ? 1 : 0);
    Memory<float> cosines(tokens * half), sines(tokens * half);
    for (int64_t i = 0; i < tokens * half; ++i) {
      cosines.data()[i] = static_cast<float>(std::cos(0.1 * static_cast<double>(i)));
      sines.data()[i] = static_cast<float>(std::sin(0.1 * static_cast<double>(i)));
    }
    for (const float direction : {1.0f, -1.0f}) {
      for (const Grid& grid : grids) {
        Memory<T> out = x;  // in place
        launch(std::string("accrete_rotate") + suffix<T>(), grid, tokens, heads, dim, static_cast<const T*>(out.data()),
               static_cast<const float*>(cosines.data()), static_cast<const float*>(sines.data()), direction, out.data());
        for (int64_t i = 0; i < x.count(); ++i) {
          const int64_t token = i / (heads * dim), d = i % dim, angle = token * half + d % half;
          const double other = d < half ? -x[i + half] : x[i - half];
          near<T>("rotate", i, out[i], x[i] * cosines[angle] + other * direction * sines[angle]);
        }
      }
    }
  }
}

template <typename T>
void test_all() {
  test_dropout<T>();
  test_gated_linear_unit<T>();
  test_rotating<T>();
}

}  // namespace

void test_elementwise() {
  test_threshold();
  test_all<float>();
  test_all<Half>();
}

}  // namespace check
