// The middle of a gated block whose weights train. No include guard: included once for each instruction set.

template <AccreteActivation A>
static void glu_forward_by(int64_t count, const float* gate, const float* up, float* out, int32_t threads) {
  each(count, 1 << 14, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t i = begin; i < end; i += lanes) {
      const int64_t n = end - i;
      store(out + i, activate<A>(load(gate + i, n)).value * load(up + i, n), n);
    }
  });
}

static void glu_forward(AccreteActivation activation, int64_t count, const float* gate, const float* up, float* out,
                        int32_t threads) {
  switch (activation) {
    case accrete_silu: return glu_forward_by<accrete_silu>(count, gate, up, out, threads);
    case accrete_gelu_tanh: return glu_forward_by<accrete_gelu_tanh>(count, gate, up, out, threads);
  }
}

template <AccreteActivation A>
static void glu_backward_by(int64_t count, const float* gradient, const float* gate, const float* up, float* by_gate,
                            float* by_up, int32_t threads) {
  each(count, 1 << 14, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t i = begin; i < end; i += lanes) {
      const int64_t n = end - i;
      const V arriving = load(gradient + i, n), u = load(up + i, n);
      const Active<A> f = activate<A>(load(gate + i, n));
      store(by_gate + i, sloped<A>(arriving * u, f), n);
      store(by_up + i, arriving * f.value, n);
    }
  });
}

static void glu_backward(AccreteActivation activation, int64_t count, const float* gradient, const float* gate,
                         const float* up, float* by_gate, float* by_up, int32_t threads) {
  switch (activation) {
    case accrete_silu: return glu_backward_by<accrete_silu>(count, gradient, gate, up, by_gate, by_up, threads);
    case accrete_gelu_tanh:
      return glu_backward_by<accrete_gelu_tanh>(count, gradient, gate, up, by_gate, by_up, threads);
  }
}
