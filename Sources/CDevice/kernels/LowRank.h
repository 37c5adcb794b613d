// Rows with an adapter each, as in decoding. slots [rows]: the number of the row's adapter, −1: none.
#pragma once
#include "Numbers.h"
#include "Reduction.h"

// reduced[row][r] = Σ_f a[slot][r][f] x[row][f], 0 without an adapter. a: [slots, rank, width]. A warp takes a factor; a result's bits
// depend neither on the number of threads nor on the other rows.
template <typename T>
DEVICE void shrink(i64 rows, i64 width, i64 rank, const i32* slots, const T* x, const T* a, float* reduced) {
  const i64 lane = own_thread() % 32, warps = block_threads() / 32;
  FOR_ROWS_OF_BLOCK(row, rows) {
    const i64 slot = slots[row];
    for (i64 r = own_thread() / 32; r < rank; r += warps) {
      float sum = 0.0f;
      if (slot >= 0) {
        const T* factor = a + (slot * rank + r) * width;
        for (i64 f = 4 * lane; f < width; f += 128) {
          const Four values = load(x + row * width + f, width - f), factors = load(factor + f, width - f);
          for (int i = 0; i < 4; ++i) sum += values.v[i] * factors.v[i];
        }
      }
      sum = warp_sum(sum);
      if (lane == 0) reduced[row * rank + r] = sum;
    }
  }
}

// out[row] += scaling[slot] · Σ_r reduced[row][r] b[slot][r]. b: [slots, rank, outputs].
template <typename T>
DEVICE void expand(i64 rows, i64 outputs, i64 rank, const i32* slots, const float* scaling, const T* b, const float* reduced, T* out) {
  FOR_ROWS(row, rows) {
    const i64 slot = slots[row];
    if (slot < 0) continue;
    FOR_COLUMNS(f, outputs) {
      const i64 n = outputs - f;
      Four sum = {{0.0f, 0.0f, 0.0f, 0.0f}};
      for (i64 r = 0; r < rank; ++r) {
        const float factor = reduced[row * rank + r];
        const Four values = load(b + (slot * rank + r) * outputs + f, n);
        for (int i = 0; i < 4; ++i) sum.v[i] += values.v[i] * factor;
      }
      Four result = load(out + row * outputs + f, n);
      for (int i = 0; i < 4; ++i) result.v[i] += scaling[slot] * sum.v[i];
      store(out + row * outputs + f, result, n);
    }
  }
}

#define DEFINE(suffix, T)                                                                                                \
  KERNEL accrete_shrink_##suffix(i64 rows, i64 width, i64 rank, const i32* slots, const T* x, const T* a,                \
                                 float* reduced) {                                                                       \
    shrink(rows, width, rank, slots, x, a, reduced);                                                                     \
  }                                                                                                                      \
  KERNEL accrete_expand_##suffix(i64 rows, i64 outputs, i64 rank, const i32* slots, const float* scaling, const T* b,    \
                                 const float* reduced, T* out) {                                                         \
    expand(rows, outputs, rank, slots, scaling, b, reduced, out);                                                        \
  }
FOR_BOTH_TYPES(DEFINE)
#undef DEFINE
