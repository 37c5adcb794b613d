// Sums over whole buffers, in one order on every device.
#pragma once
#include "Numbers.h"
#include "Reduction.h"

// partial [parts]: sums of x², added in double. Part p takes the p-th 4 · threads numbers of every 4 · threads · parts, so that the parts, and
// with them the bits, depend on `parts` and the threads of a block alone.
KERNEL accrete_square_sum(i64 count, i64 parts, const float* x, double* partial) {
  FOR_ROWS_OF_BLOCK(part, parts) {
    double sums[1] = {0.0};
    const i64 step = 4 * block_threads();
    for (i64 i = part * step + 4 * own_thread(); i < count; i += parts * step) {
      const Four values = load(x + i, count - i);
      float squares = 0.0f;
      for (int k = 0; k < 4; ++k) squares += values.v[k] * values.v[k];
      sums[0] += (double)squares;
    }
    sum_over_block(sums);
    if (own_thread() == 0) partial[part] = sums[0];
  }
}

// out [count] = the sum of x [parts, count] pairwise, neighbours first: (x₀ + x₁) + (x₂ + x₃) …; a last one without a neighbour passes up.
// So ranks that each hold a block of the parts, and add these first, get the same bits. 1 ≤ parts ≤ 1024.
KERNEL accrete_ordered_sum(i64 count, i64 parts, const float* x, float* out) {
  FOR_NUMBERS(i, count, 1) {
    // levels[l]: the sum of 2^l parts that waits for its neighbour, where the bit l of `parts` so far is set.
    float levels[11];
    for (int l = 0; l < 11; ++l) levels[l] = 0.0f;
    for (i64 part = 0; part < parts; ++part) {
      float sum = x[part * count + i];
      bool carries = true;
      for (int l = 0; l < 11; ++l) {
        if (!carries) continue;
        if (part >> l & 1) {
          sum = levels[l] + sum;
        } else {
          levels[l] = sum;
          carries = false;
        }
      }
    }
    float total = 0.0f;
    bool is_first = true;
    for (int l = 0; l < 11; ++l) {
      if (!(parts >> l & 1)) continue;
      total = is_first ? levels[l] : levels[l] + total;
      is_first = false;
    }
    out[i] = total;
  }
}
