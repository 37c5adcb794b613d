// Rows of small numbers with a scale each: x ⊙ columns ≈ values · scales (columns null: 1).
#pragma once
#include "Numbers.h"
#include "Reduction.h"

template <typename T>
DEVICE Four scaled_by_columns(const T* x, const float* columns, i64 f, i64 count) {
  Four values = load(x + f, count);
  if (columns != nullptr) {
    const Four factors = load(columns + f, count);
    for (int i = 0; i < 4; ++i) values.v[i] *= factors.v[i];
  }
  return values;
}

// The largest |x ⊙ columns| of a row.
template <typename T>
DEVICE float largest_of_row(i64 width, const T* x, const float* columns) {
  float top = 0.0f;
  FOR_COLUMNS_OF_BLOCK(f, width) {
    const Four values = scaled_by_columns(x, columns, f, width - f);
    for (int i = 0; i < 4; ++i) top = greater(values.v[i] < 0.0f ? -values.v[i] : values.v[i], top);
  }
  return maximum_over_block(top);
}

// The CPU's integers and scales: to the nearest, ties to even, rounded once.
struct Integers8 {
  static constexpr float most = 127.0f;
  DEVICE_MEMBER static u8 of(float value, float inverse) {
    const float rounder = 12582912.0f;  // 1.5 · 2²³: numbers near it are integers
    return (u8)(i8)(multiply_add(value, inverse, rounder) - rounder);
  }
};

// float8 e4m3fn: 4 bits of exponent, 3 of fraction, no infinity; saturates at 448.
struct Floats8 {
  static constexpr float most = 448.0f;
  DEVICE_MEMBER static u8 of(float value, float inverse) {
    const float x = value * inverse;
    const u32 bits = bits_of(x), sign = bits >> 24 & 0x80u, size = bits & 0x7FFFFFFFu;
    const float absolute = of_bits(size);
    if (x != x) return (u8)(sign | 0x7Fu);
    if (absolute >= most) return (u8)(sign | 0x7Eu);
    // Below 2⁻⁶ numbers are multiples of 2⁻⁹. Eight of these are the first number above, also in its bits.
    if (absolute < 0.015625f) return (u8)(sign | (u32)(absolute * 512.0f + 12582912.0f - 12582912.0f));
    const u32 rounded = (size + 0x7FFFFu + (size >> 20 & 1u)) >> 20;
    return (u8)(sign | (rounded - (120u << 3)));
  }
};

// values [rows, width] and scales [rows] of x [rows, width] and columns [width].
template <typename Format, typename T>
DEVICE void quantize_rows(i64 rows, i64 width, const T* x, const float* columns, u8* values, float* scales) {
  FOR_ROWS_OF_BLOCK(row, rows) {
    const T* from = x + row * width;
    const float most = largest_of_row(width, from, columns);
    const float inverse = most > 0.0f ? Format::most / most : 0.0f;
    FOR_COLUMNS_OF_BLOCK(f, width) {
      const Four scaled = scaled_by_columns(from, columns, f, width - f);
      u8* to = values + row * width + f;
      u32 word = 0;
      for (int i = 0; i < 4; ++i) word |= (u32)Format::of(scaled.v[i], inverse) << 8 * i;
      if (width - f >= 4 && is_aligned(to, 4)) {
        write_word(to, word);
      } else {
        for (int i = 0; i < 4; ++i) {
          if (f + i < width) to[i] = (u8)(word >> 8 * i);
        }
      }
    }
    if (own_thread() == 0) scales[row] = most / Format::most;
  }
}

#define DEFINE(suffix, T)                                                                                               \
  KERNEL accrete_quantize_rows_##suffix(i64 rows, i64 width, const T* x, const float* columns, i8* values,              \
                                        float* scales) {                                                                \
    quantize_rows<Integers8>(rows, width, x, columns, (u8*)values, scales);                                             \
  }                                                                                                                     \
  KERNEL accrete_quantize_rows_fp8_##suffix(i64 rows, i64 width, const T* x, const float* columns, u8* values,          \
                                            float* scales) {                                                            \
    quantize_rows<Floats8>(rows, width, x, columns, values, scales);                                                    \
  }
FOR_BOTH_TYPES(DEFINE)
#undef DEFINE
