// The middle of a gated block under low-rank experts. No include guard: included once for each instruction set.

constexpr int quad = 4;

// h_k of `T` tokens at sixteen columns: the frozen product plus the low-rank term. Order: expert 0's gate and up, expert 1's …
template <typename X, int E, int T>
INLINE void hidden(const AccreteMixture& s, int64_t token, int64_t f, V (&h)[2 * E][T]) {
  const int64_t n = s.width - f;
  for (int t = 0; t < T; ++t) {
    const int64_t at = (token + t) * s.width + f;
    const V gate = load(static_cast<const X*>(s.gate) + at, n), up = load(static_cast<const X*>(s.up) + at, n);
    for (int e = 0; e < E; ++e) {
      h[2 * e][t] = gate;
      h[2 * e + 1][t] = up;
    }
  }
  const float* p = s.reduced + token * 2 * E * s.rank;
  for (int64_t r = 0; r < s.rank; ++r) {
    for (int k = 0; k < 2 * E; ++k) {
      const V factor = load(s.b + (k * s.rank + r) * s.width + f, n);
      for (int t = 0; t < T; ++t) h[k][t] = h[k][t] + factor * p[(t * 2 * E + k) * s.rank + r];
    }
  }
}

template <AccreteActivation A, typename X, int E, int T>
INLINE void forward_rows(const AccreteMixture& s, int64_t token, X* mixed, float* down, float* first,
                                float* dropped) {
  for (int64_t f = 0; f < s.width; f += lanes) {
    const int64_t n = s.width - f;
    V h[2 * E][T];
    hidden<X, E, T>(s, token, f, h);
    for (int t = 0; t < T; ++t) {
      V sum{};
      for (int e = 0; e < E; ++e) {
        const V a = activate<A>(h[2 * e][t]).value * h[2 * e + 1][t];
        sum = sum + a * (s.shares == nullptr ? 1.0f : s.shares[(token + t) * E + e]);
        if (e == 0 && first != nullptr) store(first + (token + t) * s.width + f, a, n);
        const V mask = s.dropout.threshold == 0 ? splat(1) : dropout_mask(s.dropout, s.keys[e], token + t, f);
        store(dropped + (e * T + t) * s.width + f, a * mask, n);
      }
      store(mixed + (token + t) * s.width + f, sum, n);
    }
  }
  for (int e = 0; e < E; ++e) {
    reduce_all(dropped + e * T * s.width, s.width, T, s.a + e * s.rank * s.width, s.width, s.rank,
               down + (token * E + e) * s.rank, E * s.rank);
  }
}

template <AccreteActivation A, typename X, int E>
static void mixture_forward_by(const AccreteMixture& s, X* mixed, float* down, float* first) {
  each(s.tokens, 16, s.threads, [&](int64_t begin, int64_t end, int32_t) {
    float* dropped = scratch(E * quad * s.width);
    int64_t token = begin;
    for (; token + quad <= end; token += quad) forward_rows<A, X, E, quad>(s, token, mixed, down, first, dropped);
    for (; token < end; ++token) forward_rows<A, X, E, 1>(s, token, mixed, down, first, dropped);
  });
}

template <int E>
static void mixture_forward(const AccreteMixture& s, void* mixed, float* down, float* first) {
  typed(s.half, [&](auto type) {
    using X = decltype(type);
    switch (s.activation) {
      case accrete_silu: return mixture_forward_by<accrete_silu, X, E>(s, static_cast<X*>(mixed), down, first);
      case accrete_gelu_tanh: return mixture_forward_by<accrete_gelu_tanh, X, E>(s, static_cast<X*>(mixed), down, first);
    }
  });
}

// What a chunk of tokens leaves for the factors' gradients.
struct Chunk {
  float* hidden;   // gradients of h_k [2E, chunk, width]
  float* flow;     // those of expert 0 without the isolated part [2, chunk, width]
  float* dropped;  // [E, chunk, width]
  int64_t size;
};

template <AccreteActivation A, typename X, int E, int T>
INLINE void backward_rows(const AccreteMixture& s, const AccreteMixtureGradients& g, int64_t token, int64_t place,
                                 const Chunk& chunk) {
  V share_sums[E][T] = {};
  for (int64_t f = 0; f < s.width; f += lanes) {
    const int64_t n = s.width - f;
    V h[2 * E][T];
    hidden<X, E, T>(s, token, f, h);
    for (int t = 0; t < T; ++t) {
      const int64_t at = token + t;
      const V arriving = load(static_cast<const X*>(g.mixed) + at * s.width + f, n);
      V gate_sum{}, up_sum{};
      for (int e = 0; e < E; ++e) {
        const float* a = s.a + e * s.rank * s.width;
        const V upped = h[2 * e + 1][t];
        const Active<A> gated = activate<A>(h[2 * e][t]);
        const V activated = gated.value * upped;
        const V mask = s.dropout.threshold == 0 ? splat(1) : dropout_mask(s.dropout, s.keys[e], at, f);
        const float share = s.shares == nullptr ? 1.0f : s.shares[at * E + e];
        share_sums[e][t] = share_sums[e][t] + arriving * activated;
        V own = arriving * share + mask * expanded(g.down + (at * E + e) * s.rank, a, s.width, s.rank, f);
        const V by_gate = sloped<A>(upped, gated), by_up = gated.value;
        V all = own;
        if (e == 0 && g.sequence_first != nullptr) {
          const int64_t sequence = g.sequence_of[at];
          all = own + load(g.sequence_first + sequence * s.width + f, n) +
                mask * expanded(g.sequence_down + sequence * s.rank, a, s.width, s.rank, f);
          if (g.isolated) {
            store(chunk.flow + (place + t) * s.width + f, own * by_gate, n);
            store(chunk.flow + (chunk.size + place + t) * s.width + f, own * by_up, n);
          } else {
            own = all;
          }
        }
        gate_sum = gate_sum + own * by_gate;
        up_sum = up_sum + own * by_up;
        store(chunk.hidden + ((2 * e) * chunk.size + place + t) * s.width + f, all * by_gate, n);
        store(chunk.hidden + ((2 * e + 1) * chunk.size + place + t) * s.width + f, all * by_up, n);
        store(chunk.dropped + (e * chunk.size + place + t) * s.width + f, activated * mask, n);
      }
      if (g.gate != nullptr) {
        store(static_cast<X*>(g.gate) + at * s.width + f, gate_sum, n);
        store(static_cast<X*>(g.up) + at * s.width + f, up_sum, n);
      }
    }
  }
  if (g.shares == nullptr) return;
  for (int t = 0; t < T; ++t) {
    for (int e = 0; e < E; ++e) g.shares[(token + t) * E + e] = total(share_sums[e][t]);
  }
}

// The gradient by down_e that moves its factor: with what arrives at the whole sequence.
INLINE void down_gradients(const AccreteMixture& s, const AccreteMixtureGradients& g, int64_t first, int64_t count,
                                  float* out) {
  const int64_t stride = s.experts * s.rank;
  for (int64_t t = 0; t < count; ++t) {
    for (int64_t i = 0; i < stride; ++i) {
      const bool pooled = g.sequence_first != nullptr && i < s.rank;
      out[t * stride + i] =
          g.down[(first + t) * stride + i] + (pooled ? g.sequence_down[g.sequence_of[first + t] * s.rank + i] : 0.0f);
    }
  }
}

template <AccreteActivation A, typename X, int E>
static void mixture_backward_by(const AccreteMixture& s, const AccreteMixtureGradients& g) {
  const int64_t factor = s.rank * s.width;
  // Small enough for the second-level cache, and a multiple of a quad.
  const int64_t chunk = std::max<int64_t>(quad, std::min<int64_t>(32, 131072 / (8 * s.width) / quad * quad));
  const int32_t count = parts(s.tokens, chunk, s.threads);
  Partials b_partials(g.b, static_cast<size_t>(2 * E * factor), count), a_partials(g.a, static_cast<size_t>(E * factor), count);
  each(s.tokens, chunk, s.threads, [&](int64_t begin, int64_t end, int32_t thread) {
    std::vector<float> memory(static_cast<size_t>((3 * E + 2) * chunk * s.width + chunk * E * s.rank));
    const Chunk place{memory.data(), memory.data() + 2 * E * chunk * s.width, memory.data() + (2 * E + 2) * chunk * s.width,
                      chunk};
    float* down = memory.data() + (3 * E + 2) * chunk * s.width;
    for (int64_t first = begin; first < end; first += chunk) {
      const int64_t size = std::min(chunk, end - first);
      int64_t t = 0;
      for (; t + quad <= size; t += quad) backward_rows<A, X, E, quad>(s, g, first + t, t, place);
      for (; t < size; ++t) backward_rows<A, X, E, 1>(s, g, first + t, t, place);
      const int64_t stride = 2 * E * s.rank;
      for (int k = 0; k < 2 * E; ++k) {
        const float* rows = place.hidden + k * chunk * s.width;
        reduce_all(rows, s.width, size, s.b + k * factor, s.width, s.rank, g.reduced + first * stride + k * s.rank, stride);
        add_outer(rows, s.width, s.reduced + first * stride + k * s.rank, stride, size, s.width, s.rank,
                  b_partials.of(thread) + k * factor);
        if (!g.isolated || g.sequence_first == nullptr) continue;
        float* flow = g.flow + first * stride + k * s.rank;
        if (k < 2) {
          reduce_all(place.flow + k * chunk * s.width, s.width, size, s.b + k * factor, s.width, s.rank, flow, stride);
        } else {
          for (int64_t i = 0; i < size; ++i) {
            memcpy(flow + i * stride, g.reduced + (first + i) * stride + k * s.rank, static_cast<size_t>(s.rank) * sizeof(float));
          }
        }
      }
      down_gradients(s, g, first, size, down);
      for (int e = 0; e < E; ++e) {
        add_outer(place.dropped + e * chunk * s.width, s.width, down + e * s.rank, E * s.rank, size, s.width, s.rank,
                  a_partials.of(thread) + e * factor);
      }
    }
  });
  b_partials.add();
  a_partials.add();
}

template <int E>
static void mixture_backward(const AccreteMixture& s, const AccreteMixtureGradients& g) {
  typed(s.half, [&](auto type) {
    using X = decltype(type);
    switch (s.activation) {
      case accrete_silu: return mixture_backward_by<accrete_silu, X, E>(s, g);
      case accrete_gelu_tanh: return mixture_backward_by<accrete_gelu_tanh, X, E>(s, g);
    }
  });
}
