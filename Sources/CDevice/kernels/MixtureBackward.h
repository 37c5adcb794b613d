// The way back through the middle of a gated block; activations and masks are computed again.
#pragma once
#include "Mixture.h"
#include "Reduction.h"

// What arrives, and what is written. The names are those of AccreteMixtureGradients; what that reduces by the factors stays as wide as the
// block here.
template <typename T>
struct MixtureGradients {
  const T* mixed;   // [tokens, width]
  const T* masked;  // what arrives at drop_e(a_e) [experts, tokens, width]
  // Another gradient that arrives at a_0 and at drop_0(a_0), the same for all tokens of a sequence; null: none.
  const float* sequence_first;   // [sequences, width]
  const float* sequence_masked;  // [sequences, width]
  const i32* sequence_of;        // [tokens]
  // Whether that one moves the factors only, and not gate, up and `flow`.
  bool isolated;
  T* gate;     // out: Σ_e gradient by gate [tokens, width], or null with `up`
  T* up;       // out
  T* terms;    // out [2 · experts, tokens, width]
  T* flow;     // out: expert 0's terms without the isolated part [2, tokens, width]; null: not wanted
  T* dropped;  // out: drop_e(a_e) [experts, tokens, width]
};

// Expert `e` at four columns of a token; adds to the gradients of gate and up, and to the share's.
template <typename T>
DEVICE void mixture_backward_of(const Middle<T>& s, const MixtureGradients<T>& g, i32 e, i64 token, i64 f, const Four& gate,
                                const Four& up, const Four& arriving, Four& gate_sum, Four& up_sum, float& share_sum) {
  const i64 n = s.width - f;
  const float share = s.share(token, e);
  Four h, by;
  hidden(s, e, token, f, gate, up, h, by);
  const Four at_masked = load(g.masked + s.term(e, token, f), n);
  const bool pooled = e == 0 && g.sequence_first != nullptr;
  Four at_first = {{0.0f, 0.0f, 0.0f, 0.0f}}, at_pool = at_first;
  if (pooled) {
    const i64 place = (i64)g.sequence_of[token] * s.width + f;
    at_first = load(g.sequence_first + place, n);
    at_pool = load(g.sequence_masked + place, n);
  }
  Four to_gate, to_up, flow_gate, flow_up, dropped;
  for (int i = 0; i < 4; ++i) {
    const Active gated = activate(s.activation, h.v[i]);
    const float activated = gated.value * by.v[i], mask = factor_at(s.masks, s.key(e), token, f + i);
    share_sum += arriving.v[i] * activated;
    float own = arriving.v[i] * share + mask * at_masked.v[i];
    const float by_gate = sloped(s.activation, by.v[i], gated), by_up = gated.value;
    const float all = pooled ? own + at_first.v[i] + mask * at_pool.v[i] : own;
    if (!g.isolated) own = all;
    flow_gate.v[i] = own * by_gate;
    flow_up.v[i] = own * by_up;
    gate_sum.v[i] += flow_gate.v[i];
    up_sum.v[i] += flow_up.v[i];
    to_gate.v[i] = all * by_gate;
    to_up.v[i] = all * by_up;
    dropped.v[i] = activated * mask;
  }
  store(g.terms + s.term(2 * e, token, f), to_gate, n);
  store(g.terms + s.term(2 * e + 1, token, f), to_up, n);
  store(g.dropped + s.term(e, token, f), dropped, n);
  if (e == 0 && g.flow != nullptr) {
    store(g.flow + s.term(0, token, f), flow_gate, n);
    store(g.flow + s.term(1, token, f), flow_up, n);
  }
}

// All experts at four columns of a token.
template <typename T>
DEVICE void mixture_backward_at(const Middle<T>& s, const MixtureGradients<T>& g, i64 token, i64 f, float (&share_sums)[2]) {
  const i64 n = s.width - f, at = token * s.width + f;
  const Four gate = load(s.gate + at, n), up = load(s.up + at, n), arriving = load(g.mixed + at, n);
  Four gate_sum = {{0.0f, 0.0f, 0.0f, 0.0f}}, up_sum = gate_sum;
  ROLLED for (i32 e = 0; e < s.experts; ++e) {
    float share_sum = 0.0f;
    mixture_backward_of(s, g, e, token, f, gate, up, arriving, gate_sum, up_sum, share_sum);
    // Not share_sums[e]: that would be in memory instead of a register.
    if (e == 0) share_sums[0] += share_sum;
    if (e == 1) share_sums[1] += share_sum;
  }
  if (g.gate != nullptr) {
    store(g.gate + at, gate_sum, n);
    store(g.up + at, up_sum, n);
  }
}

// Without the shares' gradient no thread waits, and blocks may share a row.
template <typename T>
DEVICE void mixture_backward(const Middle<T>& s, const MixtureGradients<T>& g) {
  FOR_ROWS(token, s.tokens) {
    float ignored[2] = {0.0f, 0.0f};
    FOR_COLUMNS(f, s.width) mixture_backward_at(s, g, token, f, ignored);
  }
}

// by_shares [tokens, experts]: Σ_f by_mixed · a_e.
template <typename T>
DEVICE void mixture_backward_with_shares(const Middle<T>& s, const MixtureGradients<T>& g, float* by_shares) {
  FOR_ROWS_OF_BLOCK(token, s.tokens) {
    float sums[2] = {0.0f, 0.0f};
    FOR_COLUMNS_OF_BLOCK(f, s.width) mixture_backward_at(s, g, token, f, sums);
    sum_over_block(sums);
    if (own_thread() == 0) {
      by_shares[token * s.experts] = sums[0];
      if (s.experts == 2) by_shares[token * s.experts + 1] = sums[1];
    }
  }
}

#define PARAMETERS(T)                                                                                                      \
  i64 tokens, i64 width, i32 experts, const T *gate, const T *up, const T *terms, const float *shares, u32 threshold,      \
      float scale, u64 key0, u64 key1, i32 activation, const T *by_mixed, const T *by_masked, const float *sequence_first, \
      const float *sequence_masked, const i32 *sequence_of, i32 isolated, T *by_gate, T *by_up, T *by_terms,               \
      T *flow_terms, T *masked
#define DEFINE(suffix, T)                                                                                                  \
  KERNEL accrete_mixture_backward_##suffix(PARAMETERS(T)) {                                                                \
    const Middle<T> s = {tokens, width, experts, gate, up, terms, shares, {threshold, scale}, key0, key1, activation};   \
    mixture_backward(s, MixtureGradients<T>{by_mixed, by_masked, sequence_first, sequence_masked, sequence_of,             \
                                            isolated != 0, by_gate, by_up, by_terms, flow_terms, masked});                 \
  }                                                                                                                        \
  KERNEL accrete_mixture_backward_shares_##suffix(PARAMETERS(T), float* by_shares) {                                       \
    const Middle<T> s = {tokens, width, experts, gate, up, terms, shares, {threshold, scale}, key0, key1, activation};   \
    mixture_backward_with_shares(                                                                                          \
        s,                                                                                                                 \
        MixtureGradients<T>{by_mixed, by_masked, sequence_first, sequence_masked, sequence_of, isolated != 0, by_gate,     \
                            by_up, by_terms, flow_terms, masked},                                                          \
        by_shares);                                                                                                        \
  }
FOR_BOTH_TYPES(DEFINE)
#undef DEFINE
#undef PARAMETERS
