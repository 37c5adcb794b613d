// The middle of a gated block under one or two low-rank experts, mixed per token; the products with the factors are libtorch's.
#pragma once
#include "Activation.h"
#include "Dropout.h"

// What forward and backward share. terms [2 · experts, tokens, width]: the low-rank terms of expert 0's gate and up, then of expert 1's,
// scaled already; shares [tokens, experts], null: 1.
template <typename T>
struct Middle {
  i64 tokens, width;
  i32 experts;
  const T* gate;
  const T* up;
  const T* terms;
  const float* shares;
  Masks masks;
  u64 key0, key1;
  i32 activation;

  DEVICE_MEMBER i64 term(i32 number, i64 token, i64 f) const { return (number * tokens + token) * width + f; }
  DEVICE_MEMBER u64 key(i32 e) const { return e == 0 ? key0 : key1; }
  DEVICE_MEMBER float share(i64 token, i32 e) const { return shares == nullptr ? 1.0f : shares[token * experts + e]; }
};

// The gate's and the up's input of expert `e` at four columns, given the frozen products there.
template <typename T>
DEVICE void hidden(const Middle<T>& s, i32 e, i64 token, i64 f, const Four& gate, const Four& up, Four& to_gate, Four& to_up) {
  const i64 n = s.width - f;
  to_gate = load(s.terms + s.term(2 * e, token, f), n);
  to_up = load(s.terms + s.term(2 * e + 1, token, f), n);
  for (int i = 0; i < 4; ++i) {
    to_gate.v[i] += gate.v[i];
    to_up.v[i] += up.v[i];
  }
}

// a_e = f(gate + terms_2e) ⊙ (up + terms_2e+1); mixed = Σ_e share_e a_e [tokens, width]; masked = drop_e(a_e) [experts, tokens, width];
// first = a_0 [tokens, width], null: not wanted.
template <typename T>
DEVICE void mixture_forward(const Middle<T>& s, T* mixed, T* masked, float* first) {
  FOR_ROWS(token, s.tokens) {
    FOR_COLUMNS(f, s.width) {
      const i64 n = s.width - f, at = token * s.width + f;
      const Four gate = load(s.gate + at, n), up = load(s.up + at, n);
      Four sum = {{0.0f, 0.0f, 0.0f, 0.0f}};
      ROLLED for (i32 e = 0; e < s.experts; ++e) {
        Four a, by;
        hidden(s, e, token, f, gate, up, a, by);
        const float share = s.share(token, e);
        for (int i = 0; i < 4; ++i) {
          a.v[i] = activate(s.activation, a.v[i]).value * by.v[i];
          sum.v[i] += a.v[i] * share;
        }
        if (e == 0 && first != nullptr) store(first + at, a, n);
        for (int i = 0; i < 4; ++i) a.v[i] *= factor_at(s.masks, s.key(e), token, f + i);
        store(masked + s.term(e, token, f), a, n);
      }
      store(mixed + at, sum, n);
    }
  }
}

#define DEFINE(suffix, T)                                                                                                  \
  KERNEL accrete_mixture_forward_##suffix(i64 tokens, i64 width, i32 experts, const T* gate, const T* up, const T* terms,  \
                                          const float* shares, u32 threshold, float scale, u64 key0, u64 key1,             \
                                          i32 activation, T* mixed, T* masked, float* first) {                             \
    const Middle<T> s = {tokens, width, experts, gate, up, terms, shares, {threshold, scale}, key0, key1, activation};   \
    mixture_forward(s, mixed, masked, first);                                                                              \
  }
FOR_BOTH_TYPES(DEFINE)
#undef DEFINE
