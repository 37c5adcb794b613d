// Products of a few rows with a frozen matrix. No include guard: included once for each instruction set.
//
// One output is a dot product over the inputs, sixteen at a time. A block of outputs is widened once and then met by all rows.

constexpr int output_block = 4;
constexpr int row_block = 6;

typedef float Half __attribute__((vector_size(32)));
typedef float Quarter __attribute__((vector_size(16)));

INLINE Quarter folded(V v) {
  const Half half = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) + __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
  return __builtin_shufflevector(half, half, 0, 1, 2, 3) + __builtin_shufflevector(half, half, 4, 5, 6, 7);
}

// The sums of four vectors.
INLINE Quarter totals(V a, V b, V c, V d) {
  const Quarter p = folded(a), q = folded(b), r = folded(c), s = folded(d);
  const Quarter x = __builtin_shufflevector(p, q, 0, 4, 2, 6) + __builtin_shufflevector(p, q, 1, 5, 3, 7);  // p01 q01 p23 q23
  const Quarter y = __builtin_shufflevector(r, s, 0, 4, 2, 6) + __builtin_shufflevector(r, s, 1, 5, 3, 7);
  return __builtin_shufflevector(x, y, 0, 1, 4, 5) + __builtin_shufflevector(x, y, 2, 3, 6, 7);
}

// out[t][o] = addend + Σ_i x[t][i] w[o][i] for `T` rows and four outputs, of which `wanted` are there.
template <int T, typename Weight>
INLINE void product_block(const AccreteProduct& s, int64_t row, int64_t output, int64_t wanted, const Weight* w,
                          int64_t stride, float* out) {
  V sums[T][output_block] = {};
  const float* x = s.x + row * s.inputs;
  const int64_t full = s.inputs / lanes * lanes;
  for (int64_t i = 0; i < full; i += lanes) {
    V weights[output_block];
    for (int o = 0; o < output_block; ++o) weights[o] = load(w + o * stride + i, lanes);
    for (int t = 0; t < T; ++t) {
      const V value = load(x + t * s.inputs + i, lanes);
      for (int o = 0; o < output_block; ++o) sums[t][o] = sums[t][o] + value * weights[o];
    }
  }
  if (full < s.inputs) {
    const int64_t n = s.inputs - full;
    for (int t = 0; t < T; ++t) {
      const V value = load(x + t * s.inputs + full, n);
      for (int o = 0; o < output_block; ++o) sums[t][o] = sums[t][o] + value * load(w + o * stride + full, n);
    }
  }
  for (int t = 0; t < T; ++t) {
    const int64_t at = (row + t) * s.outputs + output;
    Quarter result = totals(sums[t][0], sums[t][1], sums[t][2], sums[t][3]);
    const size_t bytes = static_cast<size_t>(wanted) * sizeof(float);
    if (s.addend != nullptr) {
      Quarter addend{};
      memcpy(&addend, s.addend + at, bytes);
      result = result + addend;
    }
    memcpy(out + at, &result, bytes);
  }
}

template <typename Weight>
INLINE void product_rows(const AccreteProduct& s, int64_t output, int64_t wanted, const Weight* w, int64_t stride,
                         float* out) {
  int64_t row = 0;
  for (; row + row_block <= s.rows; row += row_block) product_block<row_block>(s, row, output, wanted, w, stride, out);
  if (row + 4 <= s.rows) {
    product_block<4>(s, row, output, wanted, w, stride, out);
    row += 4;
  }
  if (row + 2 <= s.rows) {
    product_block<2>(s, row, output, wanted, w, stride, out);
    row += 2;
  }
  if (row < s.rows) product_block<1>(s, row, output, wanted, w, stride, out);
}

template <typename Weight>
INLINE void product_of(const AccreteProduct& s, const Weight* weight, float* out) {
  const int64_t blocks = (s.outputs + output_block - 1) / output_block;
  const int64_t grain = std::max<int64_t>(1, 32768 / std::max<int64_t>(1, s.inputs * s.rows * output_block));
  each(blocks, grain, s.threads, [&](int64_t begin, int64_t end, int32_t) {
    float* memory = scratch(output_block * s.inputs);
    for (int64_t number = begin; number < end; ++number) {
      const int64_t output = number * output_block, wanted = std::min<int64_t>(output_block, s.outputs - output);
      const Weight* w = weight + output * s.inputs;
      if (wanted == output_block && (sizeof(Weight) == sizeof(float) || s.rows <= row_block)) {
        product_rows(s, output, wanted, w, s.inputs, out);
        continue;
      }
      for (int64_t i = 0; i < wanted * s.inputs; i += lanes) {
        store(memory + i, load(w + i, wanted * s.inputs - i), wanted * s.inputs - i);
      }
      product_rows(s, output, wanted, memory, s.inputs, out);
    }
  });
}

static void product(const AccreteProduct& s, float* out) {
  if (s.half) {
    product_of(s, static_cast<const uint16_t*>(s.weight), out);
  } else {
    product_of(s, static_cast<const float*>(s.weight), out);
  }
}

static void argmax(int64_t rows, int64_t width, const float* x, int64_t* indices, int32_t threads) {
  each(rows, 1, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t row = begin; row < end; ++row) {
      const float* from = x + row * width;
      const float maximum = largest(from, width);
      int64_t index = 0;
      while (index < width - 1 && from[index] != maximum) ++index;
      indices[row] = index;
    }
  });
}

// Rows that are read ahead: with a stride, each lies in a page of its own, where the processor does not look ahead by itself.
constexpr int64_t rows_ahead = 8;
// The same where nothing lies between the rows: the processor looks ahead to the end of a page, this over it.
constexpr int64_t numbers_ahead = 1024;

// `ahead`: how far away the numbers lie that are read soon; 0: none do.
INLINE void widen_row(int64_t count, const uint16_t* x, float* out, int64_t ahead) {
  // Two lines of the cache at a time: the loop around a single vector took a third of the time.
  constexpr int64_t line = 2 * lanes, step = 2 * line;
  int64_t i = 0;
  for (; i + step <= count; i += step) {
    if (ahead != 0) {
      __builtin_prefetch(x + i + ahead);
      __builtin_prefetch(x + i + ahead + line);
    }
    for (int64_t j = i; j < i + step; j += lanes) store(out + j, load(x + j, lanes), lanes);
  }
  if (ahead != 0 && i < count) __builtin_prefetch(x + i + ahead);
  for (; i < count; i += lanes) store(out + i, load(x + i, count - i), count - i);
}

static void widen(int64_t rows, int64_t columns, int64_t stride, const uint16_t* x, float* out, int32_t threads) {
  // One row where nothing lies between them, so that they are split evenly.
  if (columns == stride) {
    columns *= rows;
    stride = columns;
    rows = 1;
  }
  const int64_t blocks = (columns + lanes - 1) / lanes;
  each(rows * blocks, 4096, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t at = begin; at < end;) {
      const int64_t row = at / blocks, last = std::min(end, (row + 1) * blocks);
      const int64_t i = (at - row * blocks) * lanes, stop = std::min(columns, (last - row * blocks) * lanes);
      const int64_t ahead = rows == 1 ? numbers_ahead : row + rows_ahead < rows ? rows_ahead * stride : 0;
      widen_row(stop - i, x + row * stride + i, out + row * columns + i, ahead);
      at = last;
    }
  });
}

static void place(int64_t rows, int64_t columns, int64_t stride, const float* x, const float* addend, float* out,
                  int32_t threads) {
  const int64_t grain = std::max<int64_t>(1, 32768 / std::max<int64_t>(columns, 1));
  each(rows, grain, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t row = begin; row < end; ++row) {
      for (int64_t i = 0; i < columns; i += lanes) {
        const int64_t n = columns - i, at = row * stride + i;
        V value = load(x + row * columns + i, n);
        if (addend != nullptr) value = value + load(addend + at, n);
        store(out + at, value, n);
      }
    }
  });
}
