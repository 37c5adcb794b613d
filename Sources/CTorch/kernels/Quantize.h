// Products in 8-bit integers: rows are quantized as they come, with a scale of their own. No include guard: included once for
// each instruction set.

typedef int8_t Bytes __attribute__((vector_size(16)));

static void quantize(int64_t rows, int64_t width, const float* x, const float* columns, int8_t* values, float* scales,
                     int32_t threads) {
  each(rows, 16, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t row = begin; row < end; ++row) {
      const float* from = x + row * width;
      V top{};
      for (int64_t f = 0; f < width; f += lanes) {
        V value = load(from + f, width - f);
        if (columns != nullptr) value = value * load(columns + f, width - f);
        value = value < 0.0f ? -value : value;
        top = value > top ? value : top;
      }
      float maximum = 0;
      for (int i = 0; i < lanes; ++i) maximum = top[i] > maximum ? top[i] : maximum;
      const float inverse = maximum > 0 ? 127.0f / maximum : 0;
      scales[row] = maximum / 127.0f;
      const V rounder = splat(12582912.0f);
      for (int64_t f = 0; f < width; f += lanes) {
        V value = load(from + f, width - f);
        if (columns != nullptr) value = value * load(columns + f, width - f);
        // To the nearest integer, ties to even; rounded once, with and without such an instruction: the same integers everywhere.
        const V rounded = __builtin_elementwise_fma(value, splat(inverse), rounder) - rounder;
        const Bytes bytes = __builtin_convertvector(rounded, Bytes);
        memcpy(values + row * width + f, &bytes, static_cast<size_t>(std::min(lanes, width - f)));
      }
    }
  });
}

static void dequantize(int64_t rows, int64_t width, const int32_t* sums, const float* scales, const float* columns,
                       const float* addend, float* out, int32_t threads) {
  each(rows, 16, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t row = begin; row < end; ++row) {
      for (int64_t f = 0; f < width; f += lanes) {
        const int64_t n = width - f, at = row * width + f;
        Integers sum{};
        memcpy(&sum, sums + at, static_cast<size_t>(std::min(lanes, n)) * sizeof(int32_t));
        V value = __builtin_convertvector(sum, V) * scales[row];
        if (columns != nullptr) value = value * load(columns + f, n);
        if (addend != nullptr) value = value + load(addend + at, n);
        store(out + at, value, n);
      }
    }
  });
}
