#include <algorithm>

#include "Check.h"
#include "Kernels.h"

namespace check {

namespace {

// The CPU's integers and scales, bit for bit.
template <typename T>
void test_integers() {
  const int64_t rows = 37;
  int64_t differ = 0, places = 0;
  for (const int64_t width : {1, 63, 1000}) {
    for (const bool with_columns : {false, true}) {
      auto x = Memory<T>::random(rows * width, 5, 1, static_cast<int>(width % 2));
      for (int64_t f = 0; f < width; ++f) x.data()[f] = made<T>(0);
      // Halves of the largest over 127 are ties.
      for (int64_t f = 0; f < width; ++f) x.data()[width + f] = made<T>(f == 0 ? 127 : static_cast<double>(f % 100) + 0.5);
      Memory<float> wide(rows * width);
      for (int64_t i = 0; i < x.count(); ++i) wide.data()[i] = static_cast<float>(x[i]);
      const auto columns = Memory<float>::random(width, 6);
      const float* factors = with_columns ? columns.data() : nullptr;
      Vector<int8_t> wanted(static_cast<size_t>(rows * width)), got(wanted.size());
      Memory<float> wanted_scales(rows), scales(rows);
      accrete_quantize(rows, width, wide.data(), factors, wanted.data(), wanted_scales.data(), 1);
      launch(std::string("accrete_quantize_rows") + suffix<T>(), {5, 2, 64}, rows, width, static_cast<const T*>(x.data()), factors,
             got.data(), scales.data());
      for (size_t i = 0; i < got.size(); ++i) differ += got[i] != wanted[i];
      places += rows * width;
      that(scales == wanted_scales, "quantize_rows: other scales than the CPU's");
    }
  }
  that(differ == 0 && places > 50000,
       "quantize_rows: " + std::to_string(differ) + " of " + std::to_string(places) + " integers are not the CPU's");
}

// The number of a float8 e4m3fn.
double eighth(uint8_t code) {
  const int exponent = code >> 3 & 15, fraction = code & 7;
  const double size = exponent == 0 ? std::ldexp(fraction, -9) : std::ldexp(8 + fraction, exponent - 10);
  return code & 128 ? -size : size;
}

// Each code is that of the nearest number, of two as near the even one.
template <typename T>
void test_floats() {
  const int64_t rows = 12, width = 517;
  auto x = Memory<T>::random(rows * width, 7, 1);
  for (int64_t f = 0; f < width; ++f) x.data()[f] = made<T>(0);
  // Every number of the format and, with float32, those in the middle of two; down to below the smallest.
  for (int64_t f = 0; f < width; ++f) {
    const uint8_t code = static_cast<uint8_t>(f % 126);
    const double gap = f < 252 ? 0 : eighth(static_cast<uint8_t>(code + 1)) - eighth(code);
    const double size = eighth(code) + gap / (f < 378 ? 2 : 4);
    x.data()[width + f] = made<T>(f == width - 1 ? 448 : f % 2 == 0 ? size : -size);
  }
  Vector<uint8_t> codes(static_cast<size_t>(rows * width));
  Memory<float> scales(rows);
  launch(std::string("accrete_quantize_rows_fp8") + suffix<T>(), {5, 1, 64}, rows, width, static_cast<const T*>(x.data()),
         static_cast<const float*>(nullptr), codes.data(), scales.data());
  for (int64_t row = 0; row < rows; ++row) {
    float most = 0;
    for (int64_t f = 0; f < width; ++f) most = std::max(most, std::abs(static_cast<float>(x[row * width + f])));
    that(scales.data()[row] == most / 448.0f, "quantize_rows_fp8: scale of row " + std::to_string(row));
    const float inverse = most > 0 ? 448.0f / most : 0;
    for (int64_t f = 0; f < width; ++f) {
      const double value = static_cast<float>(x[row * width + f]) * inverse;
      int best = 0;
      for (int code = 1; code < 127; ++code) {
        const double distance = std::abs(eighth(static_cast<uint8_t>(code)) - std::abs(value));
        const double least = std::abs(eighth(static_cast<uint8_t>(best)) - std::abs(value));
        if (distance < least || (distance == least && code % 2 == 0)) best = code;
      }
      const uint8_t got = codes[static_cast<size_t>(row * width + f)];
      that((got & 127) == best && (best == 0 || (got >= 128) == (value < 0)),
           "quantize_rows_fp8: " + std::to_string(value) + " became " + std::to_string(eighth(got)));
    }
  }
}

// Of the paper's appendix, to the digits that bfloat16 keeps.
constexpr double normal_floats[16] = {-1.0,       -0.69619280, -0.52507305, -0.39491749, -0.28444138, -0.18477343, -0.09105004, 0.0,
                                      0.07958030, 0.16093020,  0.24611230,  0.33791524,  0.44070983,  0.56261700,  0.72295684,  1.0};

void test_four_bits() {
  const int64_t rows = 5;
  for (const int64_t width : {64, 192, 320}) {
    Vector<uint8_t> codes(static_cast<size_t>(rows * width / 2));
    for (size_t i = 0; i < codes.size(); ++i) codes[i] = static_cast<uint8_t>(i * 37 + i / 16);
    auto code = [&](int64_t row, int64_t column) {
      const uint8_t byte = codes[static_cast<size_t>(row * width / 2 + column / 2)];
      return column % 2 == 0 ? byte & 15 : byte >> 4;
    };
    const int64_t groups = 3;
    const auto scales = Memory<float>::random(rows * (width / 64), 8), own = Memory<float>::random(rows * groups, 9);
    Memory<float> zeros(rows * groups);
    for (int64_t i = 0; i < zeros.count(); ++i) zeros.data()[i] = static_cast<float>(i % 16);
    Vector<int32_t> group_of;
    for (int64_t f = 0; f < width; ++f) group_of.push_back(static_cast<int32_t>(f * 5 % groups));
    for (const Grid& grid : grids) {
      Memory<Half> floats(rows * width, 1), integers(rows * width);
      launch("accrete_dequantize_nf4", grid, rows, width, static_cast<const uint8_t*>(codes.data()), scales.data(), floats.data());
      launch("accrete_dequantize_int4", grid, rows, width, groups, static_cast<const uint8_t*>(codes.data()), own.data(),
             static_cast<const float*>(zeros.data()), static_cast<const int32_t*>(group_of.data()), integers.data());
      for (int64_t i = 0; i < rows * width; ++i) {
        const int64_t row = i / width, f = i % width, group = row * groups + group_of[static_cast<size_t>(f)];
        near<Half>("dequantize_nf4", i, floats[i], normal_floats[code(row, f)] * scales[row * (width / 64) + f / 64], 1e-7);
        near<Half>("dequantize_int4", i, integers[i], (code(row, f) - zeros[group]) * own[group], 1e-6);
      }
    }
  }
}

}  // namespace

void test_quantizing() {
  test_integers<float>();
  test_integers<Half>();
  test_floats<float>();
  test_floats<Half>();
  test_four_bits();
}

}  // namespace check
