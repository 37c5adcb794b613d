// What routed experts made of tokens, brought together, and the backward pass. No include guard: included once for each instruction set.

// out[t] = addend[t] + Σ_k weights[t][k] rows[positions[t][k]] for the tokens; addend alone, or zero, for the alignment padding behind them.
static void combine(const AccreteCombination& s, const float* weights, const float* addend, float* out) {
  each(s.count, 32, s.threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t t = begin; t < end; ++t) {
      const int64_t active = t < s.tokens ? s.active : 0;
      for (int64_t f = 0; f < s.width; f += lanes) {
        const int64_t n = s.width - f;
        V sum = addend == nullptr ? V{} : load(addend + t * s.width + f, n);
        for (int64_t k = 0; k < active; ++k) {
          const int64_t slot = t * s.active + k;
          sum = sum + load(s.rows + s.positions[slot] * s.width + f, n) * weights[slot];
        }
        store(out + t * s.width + f, sum, n);
      }
    }
  });
}

// From the gradient by `out` to those by the weights, ⟨rows[positions[t][k]], dout[t]⟩, and by the rows, weights[t][k] dout[t] at the position
// of each slot that visits an expert. Other rows are left as they are.
static void combine_backward(const AccreteCombination& s, const float* weights, const float* gradient, const float* visited,
                             float* by_weights, float* by_rows) {
  each(s.tokens, 32, s.threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t t = begin; t < end; ++t) {
      for (int64_t slot = t * s.active; slot < (t + 1) * s.active; ++slot) {
        const float *row = s.rows + s.positions[slot] * s.width, *arriving = gradient + t * s.width;
        float* result = by_rows + s.positions[slot] * s.width;
        V products{};
        for (int64_t f = 0; f < s.width; f += lanes) {
          const int64_t n = s.width - f;
          const V value = load(arriving + f, n);
          products = products + load(row + f, n) * value;
          if (visited[slot] != 0) store(result + f, value * weights[slot], n);
        }
        by_weights[slot] = total(products);
      }
    }
  });
}
