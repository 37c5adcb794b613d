// −ln softmax of one column in each row, and its gradient in the logits' own memory.
#pragma once
#include "Numbers.h"
#include "Reduction.h"

// losses[row] = −ln softmax(logits)[target]; the logits become its gradient times scale. Targets are within the width; rows begin `stride`
// numbers after each other. Each row is read twice and written once: maximum and sum come from one pass.
template <typename T>
DEVICE void cross_entropy(i64 rows, i64 width, i64 stride, const i64* targets, float scale, T* logits, float* losses) {
  FOR_ROWS_OF_BLOCK(row, rows) {
    T* x = logits + row * stride;
    float most = -3.4e38f;  // finite, so that no difference of it with itself is NaN
    float sums[1] = {0.0f};
    FOR_COLUMNS_OF_BLOCK(f, width) {
      const Four values = load(x + f, width - f);
      float top = most;
      for (int i = 0; i < 4; ++i) top = f + i < width ? greater(values.v[i], top) : top;
      if (top > most) {
        sums[0] *= exponential(most - top);
        most = top;
      }
      for (int i = 0; i < 4; ++i) sums[0] += f + i < width ? exponential(values.v[i] - most) : 0.0f;
    }
    const float own = most;
    most = maximum_over_block(most);
    sums[0] *= exponential(own - most);
    const i64 target = targets[row];
    // Read before the barriers of the sum, written after them.
    const float right = widened(x[target]);
    sum_over_block(sums);
    const float factor = scale / sums[0];
    FOR_COLUMNS_OF_BLOCK(f, width) {
      Four values = load(x + f, width - f);
      for (int i = 0; i < 4; ++i) {
        values.v[i] = exponential(values.v[i] - most) * factor - (f + i == target ? scale : 0.0f);
      }
      store(x + f, values, width - f);
    }
    if (own_thread() == 0) losses[row] = logarithm(sums[0]) - (right - most);
  }
}

#define DEFINE(suffix, T)                                                                                          \
  KERNEL accrete_cross_entropy_##suffix(i64 rows, i64 width, i64 stride, const i64* targets, float scale,          \
                                        T* logits, float* losses) {                                                \
    cross_entropy(rows, width, stride, targets, scale, logits, losses);                                            \
  }
FOR_BOTH_TYPES(DEFINE)
#undef DEFINE
