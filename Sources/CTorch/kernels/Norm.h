// The root-mean-square norm with the residual sum before it. No include guard: included once for each instruction set.

// `In` is what x, its sum and its gradient are held in; `Out` the addend, what is normed and its gradient.
template <typename In, typename Out>
static void norm_forward_as(const AccreteNorm& s, const In* x, const Out* addend, In* sum, Out* normed) {
  const int64_t width = s.width;
  each(s.tokens, 32, s.threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t token = begin; token < end; ++token) {
      const In* row = x + token * width;
      V squares{};
      for (int64_t f = 0; f < width; f += lanes) {
        V value = load(row + f, width - f);
        if (addend != nullptr) {
          value = value + load(addend + token * width + f, width - f);
          store(sum + token * width + f, value, width - f);
        }
        squares = squares + value * value;
      }
      if (addend != nullptr) row = sum + token * width;
      const float inverse = 1.0f / std::sqrt(total(squares) / static_cast<float>(width) + s.epsilon);
      for (int64_t f = 0; f < width; f += lanes) {
        store(normed + token * width + f, load(row + f, width - f) * inverse * load(s.weight + f, width - f), width - f);
      }
    }
  });
}

// The types of a norm's input and output as pointers to nothing.
template <typename Body>
INLINE void typed(const AccreteNorm& s, Body body) {
  typed(s.half_input, [&](auto in) __attribute__((always_inline)) {
    typed(s.half_output, [&](auto out) __attribute__((always_inline)) { body(in, out); });
  });
}

static void norm_forward(const AccreteNorm& s, const void* x, const void* addend, void* sum, void* normed) {
  typed(s, [&](auto in, auto out) {
    using In = decltype(in);
    using Out = decltype(out);
    norm_forward_as(s, static_cast<const In*>(x), static_cast<const Out*>(addend), static_cast<In*>(sum),
                    static_cast<Out*>(normed));
  });
}

// With ρ = 1 / sqrt(mean(x²) + ε) and g = dy ⊙ w: dx = ρ g − ρ³ mean(g ⊙ x) x.
template <typename In, typename Out>
static void norm_backward_as(const AccreteNorm& s, const Out* gradient, const In* x, const In* rest, In* result) {
  const int64_t width = s.width;
  const float* weight = s.weight;
  each(s.tokens, 32, s.threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t token = begin; token < end; ++token) {
      const int64_t start = token * width;
      V squares{}, products{};
      for (int64_t f = 0; f < width; f += lanes) {
        const V value = load(x + start + f, width - f);
        squares = squares + value * value;
        products = products + value * load(gradient + start + f, width - f) * load(weight + f, width - f);
      }
      const float inverse = 1.0f / std::sqrt(total(squares) / static_cast<float>(width) + s.epsilon);
      const float along = total(products) / static_cast<float>(width) * inverse * inverse;
      for (int64_t f = 0; f < width; f += lanes) {
        const int64_t n = width - f;
        const V own = (load(gradient + start + f, n) * load(weight + f, n) - load(x + start + f, n) * along) * inverse;
        store(result + start + f, rest == nullptr ? own : own + load(rest + start + f, n), n);
      }
    }
  });
}

static void norm_backward(const AccreteNorm& s, const void* gradient, const void* x, const void* rest, void* result) {
  typed(s, [&](auto in, auto out) {
    using In = decltype(in);
    norm_backward_as(s, static_cast<const decltype(out)*>(gradient), static_cast<const In*>(x), static_cast<const In*>(rest),
                     static_cast<In*>(result));
  });
}

// The gradient by the weight, added: Σ_token dy ⊙ x / sqrt(mean(x²) + ε). Each thread collects for itself.
static void norm_weight_backward(int64_t tokens, int64_t width, const float* gradient, const float* x, float epsilon,
                                 float* weight_gradient, int32_t threads) {
  Partials partials(weight_gradient, static_cast<size_t>(width), parts(tokens, 32, threads));
  each(tokens, 32, threads, [&](int64_t begin, int64_t end, int32_t thread) {
    float* sums = partials.of(thread);
    for (int64_t token = begin; token < end; ++token) {
      const int64_t start = token * width;
      V squares{};
      for (int64_t f = 0; f < width; f += lanes) {
        const V value = load(x + start + f, width - f);
        squares = squares + value * value;
      }
      const float inverse = 1.0f / std::sqrt(total(squares) / static_cast<float>(width) + epsilon);
      for (int64_t f = 0; f < width; f += lanes) {
        const int64_t n = width - f;
        store(sums + f, load(sums + f, n) + load(gradient + start + f, n) * load(x + start + f, n) * inverse, n);
      }
    }
  });
  partials.add();
}
