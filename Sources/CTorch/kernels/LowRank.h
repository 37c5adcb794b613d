// Products with low-rank factors. No include guard: included once for each instruction set.

constexpr int64_t block = accrete_rank_block;

// out[token][r] = Σ_f x[token][f] a[r][f] for `T` tokens; strides in floats.
template <int T, typename X>
INLINE void reduce_rows(const X* x, int64_t x_stride, const float* a, int64_t width, int64_t rank, float* out,
                               int64_t out_stride) {
  for (int64_t r = 0; r < rank; r += block) {
    V sums[T][block] = {};
    for (int64_t f = 0; f < width; f += lanes) {
      const int64_t n = width - f;
      V values[T];
      for (int t = 0; t < T; ++t) values[t] = load(x + t * x_stride + f, n);
      for (int i = 0; i < block; ++i) {
        const V factor = load(a + (r + i) * width + f, n);
        for (int t = 0; t < T; ++t) sums[t][i] = sums[t][i] + values[t] * factor;
      }
    }
    for (int t = 0; t < T; ++t) {
      for (int i = 0; i < block; ++i) out[t * out_stride + r + i] = total(sums[t][i]);
    }
  }
}

template <typename X>
INLINE void reduce_all(const X* x, int64_t x_stride, int64_t tokens, const float* a, int64_t width,
                              int64_t rank, float* out, int64_t out_stride) {
  int64_t t = 0;
  for (; t + 2 <= tokens; t += 2) {
    reduce_rows<2>(x + t * x_stride, x_stride, a, width, rank, out + t * out_stride, out_stride);
  }
  if (t < tokens) reduce_rows<1>(x + t * x_stride, x_stride, a, width, rank, out + t * out_stride, out_stride);
}

// gradient[r][f] += Σ_token x[token][f] p[token][r].
INLINE void add_outer(const float* x, int64_t x_stride, const float* p, int64_t p_stride, int64_t tokens,
                             int64_t width, int64_t rank, float* gradient) {
  for (int64_t r = 0; r < rank; r += block) {
    for (int64_t f = 0; f < width; f += lanes) {
      const int64_t n = width - f;
      V sums[block];
      for (int i = 0; i < block; ++i) sums[i] = load(gradient + (r + i) * width + f, n);
      for (int64_t t = 0; t < tokens; ++t) {
        const V value = load(x + t * x_stride + f, n);
        const float* factors = p + t * p_stride + r;
        for (int i = 0; i < block; ++i) sums[i] = sums[i] + value * factors[i];
      }
      for (int i = 0; i < block; ++i) store(gradient + (r + i) * width + f, sums[i], n);
    }
  }
}

// Σ_r p[r] a[r][f] at sixteen columns.
INLINE V expanded(const float* p, const float* a, int64_t width, int64_t rank, int64_t f) {
  const int64_t n = width - f;
  V sum{};
  for (int64_t r = 0; r < rank; ++r) sum = sum + load(a + r * width + f, n) * p[r];
  return sum;
}

template <typename X>
static void reduce_as(const AccreteReduction& s, const X* x, float* reduced) {
  const int64_t stride = s.pairs * s.rank;
  each(s.tokens, 16, s.threads, [&](int64_t begin, int64_t end, int32_t) {
    std::vector<float> dropped(static_cast<size_t>(2 * s.width));
    for (int64_t token = begin; token < end; token += 2) {
      const int64_t count = std::min<int64_t>(2, end - token);
      for (int64_t k = 0; k < s.pairs; ++k) {
        const X* rows = x + token * s.width;
        float* to = reduced + token * stride + k * s.rank;
        const float* a = s.a + k * s.rank * s.width;
        if (s.dropout.threshold != 0) {
          for (int64_t t = 0; t < count; ++t) {
            for (int64_t f = 0; f < s.width; f += lanes) {
              const int64_t n = s.width - f;
              store(dropped.data() + t * s.width + f,
                    load(rows + t * s.width + f, n) * dropout_mask(s.dropout, s.keys[k], token + t, f), n);
            }
          }
          reduce_all(dropped.data(), s.width, count, a, s.width, s.rank, to, stride);
        } else {
          reduce_all(rows, s.width, count, a, s.width, s.rank, to, stride);
        }
      }
    }
  });
}

static void reduce(const AccreteReduction& s, float* reduced) {
  typed(s.half, [&](auto type) { reduce_as(s, static_cast<const decltype(type)*>(s.x), reduced); });
}

template <typename X>
static void reduce_backward_as(const AccreteReduction& s, const X* x, const float* gradient, const float* flow,
                               float* a_gradient, X* x_gradient) {
  constexpr int64_t chunk = 16;
  const int64_t stride = s.pairs * s.rank;
  const size_t factors = static_cast<size_t>(s.pairs * s.rank * s.width);
  const float* source = flow == nullptr ? gradient : flow;
  Partials partials(a_gradient, factors, parts(s.tokens, chunk, s.threads));
  each(s.tokens, chunk, s.threads, [&](int64_t begin, int64_t end, int32_t thread) {
    float* own = partials.of(thread);
    std::vector<float> dropped(static_cast<size_t>(chunk * s.width));
    for (int64_t first = begin; first < end; first += chunk) {
      const int64_t count = std::min(chunk, end - first);
      for (int64_t k = 0; k < s.pairs; ++k) {
        const float* a = s.a + k * s.rank * s.width;
        for (int64_t t = 0; t < count; ++t) {
          const int64_t token = first + t;
          const float* p = source + token * stride + k * s.rank;
          for (int64_t f = 0; f < s.width; f += lanes) {
            const int64_t n = s.width - f;
            const V mask = s.dropout.threshold == 0 ? splat(1) : dropout_mask(s.dropout, s.keys[k], token, f);
            if (own != nullptr) store(dropped.data() + t * s.width + f, load(x + token * s.width + f, n) * mask, n);
            if (x_gradient != nullptr) {
              X* target = x_gradient + token * s.width + f;
              store(target, load(target, n) + mask * expanded(p, a, s.width, s.rank, f), n);
            }
          }
        }
        if (own != nullptr) {
          add_outer(dropped.data(), s.width, gradient + first * stride + k * s.rank, stride, count, s.width, s.rank,
                    own + k * s.rank * s.width);
        }
      }
    }
  });
  partials.add();
}

static void reduce_backward(const AccreteReduction& s, const float* gradient, const float* flow, float* a_gradient,
                            void* x_gradient) {
  typed(s.half, [&](auto type) {
    using X = decltype(type);
    reduce_backward_as(s, static_cast<const X*>(s.x), gradient, flow, a_gradient, static_cast<X*>(x_gradient));
  });
}
