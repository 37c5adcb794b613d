// The middle of a gated block without experts.
#pragma once
#include "Activation.h"

// out = f(gate) ⊙ up
template <typename T>
DEVICE void glu_forward(i64 count, const T* gate, const T* up, i32 activation, T* out) {
  FOR_NUMBERS(i, count, 4) {
    const Four g = load(gate + i, count - i), u = load(up + i, count - i);
    Four values;
    for (int k = 0; k < 4; ++k) values.v[k] = activate(activation, g.v[k]).value * u.v[k];
    store(out + i, values, count - i);
  }
}

// The gradients by gate and up.
template <typename T>
DEVICE void glu_backward(i64 count, const T* gradient, const T* gate, const T* up, i32 activation, T* by_gate, T* by_up) {
  FOR_NUMBERS(i, count, 4) {
    const i64 n = count - i;
    const Four arriving = load(gradient + i, n), g = load(gate + i, n), u = load(up + i, n);
    Four to_gate, to_up;
    for (int k = 0; k < 4; ++k) {
      const Active f = activate(activation, g.v[k]);
      to_gate.v[k] = sloped(activation, arriving.v[k] * u.v[k], f);
      to_up.v[k] = arriving.v[k] * f.value;
    }
    store(by_gate + i, to_gate, n);
    store(by_up + i, to_up, n);
  }
}

#define DEFINE(suffix, T)                                                                                              \
  KERNEL accrete_glu_forward_##suffix(i64 count, const T* gate, const T* up, i32 activation, T* out) {                \
    glu_forward(count, gate, up, activation, out);                                                                     \
  }                                                                                                                    \
  KERNEL accrete_glu_backward_##suffix(i64 count, const T* gradient, const T* gate, const T* up, i32 activation,      \
                                       T* by_gate, T* by_up) {                                                         \
    glu_backward(count, gradient, gate, up, activation, by_gate, by_up);                                               \
  }
FOR_BOTH_TYPES(DEFINE)
#undef DEFINE
