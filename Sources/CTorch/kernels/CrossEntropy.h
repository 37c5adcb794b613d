// −ln softmax of one column in each row, and its gradient in the logits' own memory. No include guard: included once for each
// instruction set.

static void cross_entropy(int64_t rows, int64_t width, int64_t stride, const int64_t* targets, float scale, float* logits,
                          float* losses, int32_t threads) {
  each(rows, 8, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t row = begin; row < end; ++row) {
      float* x = logits + row * stride;
      const float most = largest(x, width);
      const int64_t target = targets[row];
      const float right = x[target] - most;
      // Sums of rows as wide as a vocabulary: some in the lanes of a vector, these in double.
      double sum = 0;
      for (int64_t start = 0; start < width; start += 32 * lanes) {
        V part{};
        const int64_t stop = std::min(width, start + 32 * lanes);
        for (int64_t f = start; f < stop; f += lanes) {
          const int64_t n = width - f;
          const V e = exponential(load(x + f, n) - most);
          store(x + f, e, n);
          part = part + load(x + f, n);
        }
        sum += total(part);
      }
      losses[row] = static_cast<float>(std::log(sum)) - right;
      const float factor = static_cast<float>(scale / sum);
      for (int64_t f = 0; f < width; f += lanes) store(x + f, load(x + f, width - f) * factor, width - f);
      x[target] -= scale;
    }
  });
}
