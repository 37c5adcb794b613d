// The middle of a gated block whose weights train. No include guard: included once for each instruction set.

template <AccreteActivation A, typename X>
static void glu_forward_by(int64_t count, const X* gate, const X* up, X* out, int32_t threads) {
  each(count, 1 << 14, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t i = begin; i < end; i += lanes) {
      const int64_t n = end - i;
      store(out + i, activate<A>(load(gate + i, n)).value * load(up + i, n), n);
    }
  });
}

static void glu_forward(AccreteActivation activation, bool half, int64_t count, const void* gate, const void* up, void* out,
                        int32_t threads) {
  typed(half, [&](auto type) {
    using X = decltype(type);
    const auto *g = static_cast<const X*>(gate), *u = static_cast<const X*>(up);
    switch (activation) {
      case accrete_silu: return glu_forward_by<accrete_silu>(count, g, u, static_cast<X*>(out), threads);
      case accrete_gelu_tanh: return glu_forward_by<accrete_gelu_tanh>(count, g, u, static_cast<X*>(out), threads);
    }
  });
}

template <AccreteActivation A, typename X>
static void glu_backward_by(int64_t count, const X* gradient, const X* gate, const X* up, X* by_gate, X* by_up,
                            int32_t threads) {
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

static void glu_backward(AccreteActivation activation, bool half, int64_t count, const void* gradient, const void* gate,
                         const void* up, void* by_gate, void* by_up, int32_t threads) {
  typed(half, [&](auto type) {
    using X = decltype(type);
    const auto *arriving = static_cast<const X*>(gradient), *g = static_cast<const X*>(gate), *u = static_cast<const X*>(up);
    auto *to_gate = static_cast<X*>(by_gate), *to_up = static_cast<X*>(by_up);
    switch (activation) {
      case accrete_silu: return glu_backward_by<accrete_silu>(count, arriving, g, u, to_gate, to_up, threads);
      case accrete_gelu_tanh: return glu_backward_by<accrete_gelu_tanh>(count, arriving, g, u, to_gate, to_up, threads);
    }
  });
}
