// The root-mean-square norm with the residual sum before it. `In` is what x, its sum and its gradient are held in; `Out` the addend, what
// is normed and its gradient.
#pragma once
#include "Numbers.h"
#include "Reduction.h"

// sum = x + addend (addend null: sum is not written); normed = sum / sqrt(mean(sum²) + epsilon) ⊙ weight. [tokens, width]
template <typename In, typename Out>
DEVICE void norm_forward(i64 tokens, i64 width, float epsilon, const In* x, const Out* addend, const float* weight, In* sum,
                         Out* normed) {
  FOR_ROWS_OF_BLOCK(token, tokens) {
    const i64 start = token * width;
    float squares[1] = {0.0f};
    FOR_COLUMNS_OF_BLOCK(f, width) {
      Four values = load(x + start + f, width - f);
      if (addend != nullptr) {
        const Four added = load(addend + start + f, width - f);
        for (int i = 0; i < 4; ++i) values.v[i] += added.v[i];
        store(sum + start + f, values, width - f);
      }
      for (int i = 0; i < 4; ++i) squares[0] += values.v[i] * values.v[i];
    }
    sum_over_block(squares);
    const float inverse = 1.0f / square_root(squares[0] / (float)width + epsilon);
    // A thread reads here what it has written itself.
    const In* row = addend != nullptr ? sum : x;
    FOR_COLUMNS_OF_BLOCK(f, width) {
      Four values = load(row + start + f, width - f);
      const Four weights = load(weight + f, width - f);
      for (int i = 0; i < 4; ++i) values.v[i] = values.v[i] * inverse * weights.v[i];
      store(normed + start + f, values, width - f);
    }
  }
}

// With ρ = 1 / sqrt(mean(x²) + ε) and g = dy ⊙ w: result = rest + ρ g − ρ³ mean(g ⊙ x) x. rest may be null.
template <typename In, typename Out>
DEVICE void norm_backward(i64 tokens, i64 width, float epsilon, const Out* gradient, const In* x, const float* weight,
                          const In* rest, In* result) {
  FOR_ROWS_OF_BLOCK(token, tokens) {
    const i64 start = token * width;
    float sums[2] = {0.0f, 0.0f};  // of x² and of g ⊙ x
    FOR_COLUMNS_OF_BLOCK(f, width) {
      const Four values = load(x + start + f, width - f), arriving = load(gradient + start + f, width - f);
      const Four weights = load(weight + f, width - f);
      for (int i = 0; i < 4; ++i) {
        sums[0] += values.v[i] * values.v[i];
        sums[1] += values.v[i] * arriving.v[i] * weights.v[i];
      }
    }
    sum_over_block(sums);
    const float inverse = 1.0f / square_root(sums[0] / (float)width + epsilon);
    const float along = sums[1] / (float)width * inverse * inverse;
    FOR_COLUMNS_OF_BLOCK(f, width) {
      const Four values = load(x + start + f, width - f), arriving = load(gradient + start + f, width - f);
      const Four weights = load(weight + f, width - f);
      Four own;
      for (int i = 0; i < 4; ++i) own.v[i] = (arriving.v[i] * weights.v[i] - values.v[i] * along) * inverse;
      if (rest != nullptr) {
        const Four added = load(rest + start + f, width - f);
        for (int i = 0; i < 4; ++i) own.v[i] += added.v[i];
      }
      store(result + start + f, own, width - f);
    }
  }
}

#define DEFINE(suffix, In, Out)                                                                                          \
  KERNEL accrete_norm_forward_##suffix(i64 tokens, i64 width, float epsilon, const In* x, const Out* addend,             \
                                       const float* weight, In* sum, Out* normed) {                                      \
    norm_forward(tokens, width, epsilon, x, addend, weight, sum, normed);                                                \
  }                                                                                                                      \
  KERNEL accrete_norm_backward_##suffix(i64 tokens, i64 width, float epsilon, const Out* gradient, const In* x,          \
                                        const float* weight, const In* rest, In* result) {                               \
    norm_backward(tokens, width, epsilon, gradient, x, weight, rest, result);                                            \
  }
DEFINE(f32_f32, float, float)
DEFINE(f32_bf16, float, u16)
DEFINE(bf16_bf16, u16, u16)
#undef DEFINE
