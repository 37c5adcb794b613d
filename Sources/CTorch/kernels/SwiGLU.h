// The middle of a SwiGLU block whose weights train. No include guard: included once for each instruction set.

static void swiglu_forward(int64_t count, const float* gate, const float* up, float* out, int32_t threads) {
  each(count, 1 << 14, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t i = begin; i < end; i += lanes) {
      const int64_t n = end - i;
      const V g = load(gate + i, n);
      store(out + i, g * sigmoid(g) * load(up + i, n), n);
    }
  });
}

// With σ the logistic of g: d/dg SiLU(g) = σ (1 + g (1 − σ)).
static void swiglu_backward(int64_t count, const float* gradient, const float* gate, const float* up, float* by_gate,
                            float* by_up, int32_t threads) {
  each(count, 1 << 14, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t i = begin; i < end; i += lanes) {
      const int64_t n = end - i;
      const V arriving = load(gradient + i, n), g = load(gate + i, n), u = load(up + i, n);
      const V logistic = sigmoid(g), silu = g * logistic;
      store(by_gate + i, arriving * u * logistic * (1.0f + g * (1.0f - logistic)), n);
      store(by_up + i, arriving * silu, n);
    }
  });
}
