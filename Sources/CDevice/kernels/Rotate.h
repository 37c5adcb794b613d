// Rotary positions in the half-split form.
#pragma once
#include "Numbers.h"

// Rotates the pairs (x[i], x[i + dim / 2]) of every head; direction −1 rotates back. x: [tokens, heads, dim]; cosines, sines:
// [tokens, dim / 2]. A thread reads both numbers of a pair before it writes them, so that out may be x.
template <typename T>
DEVICE void rotate(i64 tokens, i64 heads, i64 dim, const T* x, const float* cosines, const float* sines, float direction, T* out) {
  const i64 half = dim / 2, chunks = (half + 3) / 4;
  FOR_ROWS(token, tokens) {
    FOR_COLUMNS(place, 4 * heads * chunks) {
      const i64 head = place / 4 / chunks, i = place - 4 * head * chunks, n = half - i;
      const i64 at = (token * heads + head) * dim + i;
      const Four first = load(x + at, n), second = load(x + at + half, n);
      const Four cosine = load(cosines + token * half + i, n), sine = load(sines + token * half + i, n);
      Four to_first, to_second;
      for (int k = 0; k < 4; ++k) {
        const float s = sine.v[k] * direction;
        to_first.v[k] = first.v[k] * cosine.v[k] - second.v[k] * s;
        to_second.v[k] = second.v[k] * cosine.v[k] + first.v[k] * s;
      }
      store(out + at, to_first, n);
      store(out + at + half, to_second, n);
    }
  }
}

#define DEFINE(suffix, T)                                                                                           \
  KERNEL accrete_rotate_##suffix(i64 tokens, i64 heads, i64 dim, const T* x, const float* cosines,                  \
                                 const float* sines, float direction, T* out) {                                     \
    rotate(tokens, heads, dim, x, cosines, sines, direction, out);                                                  \
  }
FOR_BOTH_TYPES(DEFINE)
#undef DEFINE
