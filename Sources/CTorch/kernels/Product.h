// Products of a few rows with a frozen matrix. No include guard: included once for each instruction set.
//
// One output is a dot product over the inputs, sixteen at a time, or thirty-two where the processor multiplies bfloat16. A block of
// outputs is widened once and then met by all rows.

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

// `count` (1 to 4) floats; zero beyond.
INLINE Quarter quarter(const float* p, int64_t count) {
  Quarter v{};
  if (count == output_block) {
    memcpy(&v, p, sizeof v);
  } else {
    memcpy(&v, p, static_cast<size_t>(count) * sizeof(float));
  }
  return v;
}

INLINE void store(float* p, Quarter v, int64_t count) {
  // A constant size needs no call.
  if (count == output_block) {
    memcpy(p, &v, sizeof v);
  } else {
    memcpy(p, &v, static_cast<size_t>(count) * sizeof(float));
  }
}

// What a sum takes at once of the rows and the matrix.
template <typename X, typename Weight>
struct Terms {
  static constexpr int64_t count = lanes;
  template <typename Number>
  INLINE V of(const Number* p, int64_t n) { return load(p, n); }
  INLINE V add(V sum, V x, V weight) { return sum + x * weight; }
};

#ifdef ACCRETE_HALF_PRODUCTS
// Two neighbouring products of bfloat16 a lane, which the processor adds to a float. Denormal numbers count as zero.
template <>
struct Terms<uint16_t, uint16_t> {
  static constexpr int64_t count = 2 * lanes;
  INLINE __m512bh of(const uint16_t* p, int64_t n) {
    const __mmask32 there = n >= count ? ~0u : (1u << n) - 1;
    return (__m512bh)_mm512_maskz_loadu_epi16(there, p);
  }
  INLINE V add(V sum, __m512bh x, __m512bh weight) { return (V)_mm512_dpbf16_ps((__m512)sum, x, weight); }
};
#endif

// Sums go over so many inputs at a time, so that the rows of a block stay in the first cache while a group of outputs meets them.
constexpr int64_t inputs_at_once = 1024;

// A group of outputs that all rows meet.
template <typename X, typename Weight>
struct Group {
  const AccreteProduct& s;
  const X* x;             // [rows, inputs]
  const Weight* weights;  // [count, inputs], readable up to a multiple of four
  int64_t output, count;  // the first output, and how many
  bool reads_ahead;       // whether another whole group follows in memory, for this thread or another
  float* out;
};

// out[t][o] = addend + Σ_i x[t][i] w[o][i] for `T` rows and a group of outputs. Each sum is one chain over the inputs, in their order.
template <int T, int outputs, typename X, typename Weight>
INLINE void product_block(const Group<X, Weight>& g, int64_t row) {
  typedef Terms<X, Weight> Sum;
  const AccreteProduct& s = g.s;
  V kept[outputs / output_block][T][output_block];
  for (int64_t from = 0; from < std::max<int64_t>(s.inputs, 1); from += inputs_at_once) {
    const int64_t to = std::min(s.inputs, from + inputs_at_once), full = from + (to - from) / Sum::count * Sum::count;
    for (int quad = 0; quad * output_block < g.count; ++quad) {
      const X* x = g.x + row * s.inputs;
      const Weight* w = g.weights + quad * output_block * s.inputs;
      // One by one: as a whole they would not stay in registers.
      V sums[T][output_block];
      #pragma unroll
      for (int t = 0; t < T; ++t) {
        #pragma unroll
        for (int o = 0; o < output_block; ++o) sums[t][o] = from > 0 ? kept[quad][t][o] : V{};
      }
      const auto add = [&](int64_t i, int64_t n) __attribute__((always_inline)) {
        decltype(Sum::of(w, n)) weights[output_block];
        #pragma unroll
        for (int o = 0; o < output_block; ++o) weights[o] = Sum::of(w + o * s.inputs + i, n);
        #pragma unroll
        for (int t = 0; t < T; ++t) {
          const auto value = Sum::of(x + t * s.inputs + i, n);
          #pragma unroll
          for (int o = 0; o < output_block; ++o) sums[t][o] = Sum::add(sums[t][o], value, weights[o]);
        }
      };
      // Each block of rows has a part of the next group brought near, so that it comes evenly.
      const Weight* next = g.reads_ahead ? w + outputs * s.inputs : w;
      const int64_t begin = from + (to - from) * row / s.rows, end = g.reads_ahead ? from + (to - from) * (row + T) / s.rows : 0;
      for (int64_t i = from; i < full; i += Sum::count) {
        if (i >= begin && i < end) {
          #pragma unroll
          for (int o = 0; o < output_block; ++o) __builtin_prefetch(next + output_block * i + o * Sum::count);
        }
        add(i, Sum::count);
      }
      if (full < to) add(full, to - full);
      if (to < s.inputs) {
        #pragma unroll
        for (int t = 0; t < T; ++t) {
          #pragma unroll
          for (int o = 0; o < output_block; ++o) kept[quad][t][o] = sums[t][o];
        }
        continue;
      }
      const int64_t output = g.output + quad * output_block;
      const int64_t wanted = std::min<int64_t>(output_block, g.count - quad * output_block);
      #pragma unroll
      for (int t = 0; t < T; ++t) {
        const int64_t at = (row + t) * s.outputs + output;
        Quarter result = totals(sums[t][0], sums[t][1], sums[t][2], sums[t][3]);
        if (s.addend != nullptr) result = result + quarter(s.addend + at, wanted);
        store(g.out + at, result, wanted);
      }
    }
  }
}

// All rows, in blocks of nearly the same size.
template <int outputs, typename X, typename Weight>
INLINE void product_rows(const Group<X, Weight>& group) {
  const int64_t rows = group.s.rows;
  int64_t left = (rows + row_block - 1) / row_block;
  for (int64_t row = 0; row < rows; --left) {
    const int64_t count = (rows - row + left - 1) / left;
    switch (count) {
      case 1: product_block<1, outputs>(group, row); break;
      case 2: product_block<2, outputs>(group, row); break;
      case 3: product_block<3, outputs>(group, row); break;
      case 4: product_block<4, outputs>(group, row); break;
      case 5: product_block<5, outputs>(group, row); break;
      default: product_block<6, outputs>(group, row); break;
    }
    row += count;
  }
}

template <typename X, typename Weight>
INLINE void product_of(const AccreteProduct& s, const X* x, const Weight* weight, float* out) {
  // Numbers that are multiplied as they lie need no copy, and so a group of outputs may be larger.
  constexpr bool as_it_lies = std::is_same_v<X, Weight>;
  constexpr int outputs = as_it_lies ? 2 * output_block : output_block;
  typedef std::conditional_t<as_it_lies, Weight, float> Copied;
  const int64_t blocks = (s.outputs + outputs - 1) / outputs;
  const int64_t grain = std::max<int64_t>(1, 32768 / std::max<int64_t>(1, s.inputs * s.rows * outputs));
  each(blocks, grain, s.threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t number = begin; number < end; ++number) {
      const int64_t output = number * outputs, count = std::min<int64_t>(outputs, s.outputs - output);
      const Weight* w = weight + output * s.inputs;
      const bool is_whole = count % output_block == 0;
      if (is_whole && (as_it_lies || s.rows <= row_block)) {
        product_rows<outputs>(Group<X, Weight>{s, x, w, output, count, output + 2 * outputs <= s.outputs, out});
        continue;
      }
      Copied* memory = reinterpret_cast<Copied*>(scratch(outputs * s.inputs));
      for (int64_t i = 0; i < count * s.inputs; i += lanes) {
        store(memory + i, load(w + i, count * s.inputs - i), count * s.inputs - i);
      }
      product_rows<outputs>(Group<X, Copied>{s, x, memory, output, count, false, out});
    }
  });
}

// x rounded to bfloat16, held as `Number`.
template <typename Number>
static std::vector<Number> rounded(const AccreteProduct& s) {
  std::vector<Number> result(static_cast<size_t>(s.rows * s.inputs));
  each(s.rows, std::max<int64_t>(1, 8192 / std::max<int64_t>(1, s.inputs)), s.threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t i = begin * s.inputs; i < end * s.inputs; i += lanes) {
      const int64_t n = std::min(lanes, end * s.inputs - i);
      uint16_t numbers[lanes];
      store(numbers, load(s.x + i, n), n);
      if constexpr (sizeof(Number) == sizeof(float)) {
        store(result.data() + i, load(numbers, n), n);
      } else {
        memcpy(result.data() + i, numbers, static_cast<size_t>(n) * sizeof(Number));
      }
    }
  });
  return result;
}

static void product(const AccreteProduct& s, float* out) {
  if (!s.half) return product_of(s, s.x, static_cast<const float*>(s.weight), out);
  const uint16_t* weight = static_cast<const uint16_t*>(s.weight);
  if (!s.rounds) return product_of(s, s.x, weight, out);
#ifdef ACCRETE_HALF_PRODUCTS
  product_of(s, rounded<uint16_t>(s).data(), weight, out);
#else
  product_of(s, rounded<float>(s).data(), weight, out);
#endif
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
