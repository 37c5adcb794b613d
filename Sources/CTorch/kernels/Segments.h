// Low-rank experts of neighbouring tokens, added to products that all tokens share. No include guard: included once for each instruction
// set, after Product.h.
//
// Every sum is added up in one order, whatever the number of tokens, segments or threads: a token gets the same bits in any company.

// out[t][r] = scaling · Σ_f x[t][f] a[r][f] for `T` tokens and `R` factors.
template <int T, int R, typename Number>
INLINE void reduce_factors(const float* x, int64_t stride, const Number* a, int64_t width, float scaling, float* out, int64_t out_stride) {
  V sums[T][R] = {};
  for (int64_t f = 0; f < width; f += lanes) {
    const int64_t n = width - f;
    V values[T];
    for (int t = 0; t < T; ++t) values[t] = load(x + t * stride + f, n);
    for (int r = 0; r < R; ++r) {
      const V factor = load(a + r * width + f, n);
      for (int t = 0; t < T; ++t) sums[t][r] = sums[t][r] + values[t] * factor;
    }
  }
  for (int t = 0; t < T; ++t) {
    for (int r = 0; r < R; ++r) out[t * out_stride + r] = scaling * total(sums[t][r]);
  }
}

// out[t][r] = scaling · (A x)[r], for all of a pair's factors.
template <int T, typename Number>
INLINE void reduced_by(const AccreteFactors& pair, const Number* a, const float* x, int64_t stride, int64_t width, float scaling, float* out,
                       int64_t out_stride) {
  constexpr int several = T == 1 ? 4 : 2;
  int64_t r = 0;
  for (; r + several <= pair.rank; r += several) {
    reduce_factors<T, several>(x, stride, a + r * width, width, scaling, out + r, out_stride);
  }
  for (; r < pair.rank; ++r) reduce_factors<T, 1>(x, stride, a + r * width, width, scaling, out + r, out_stride);
}

template <int T>
INLINE void reduced_by(const AccreteFactors& pair, const float* x, int64_t stride, int64_t width, float scaling, float* out,
                       int64_t out_stride) {
  if (pair.half) {
    reduced_by<T>(pair, static_cast<const uint16_t*>(pair.a), x, stride, width, scaling, out, out_stride);
  } else {
    reduced_by<T>(pair, static_cast<const float*>(pair.a), x, stride, width, scaling, out, out_stride);
  }
}

// sums[t] + Σ_r p[t][r] Bᵀ[r][f] at sixteen outputs.
template <int T, typename Number>
INLINE void expand_factors(const AccreteFactors& pair, const Number* b, const float* p, int64_t p_stride, int64_t width, int64_t f, V* sums) {
  const int64_t n = width - f;
  for (int64_t r = 0; r < pair.rank; ++r) {
    const V factor = load(b + r * width + f, n);
    for (int t = 0; t < T; ++t) sums[t] = sums[t] + factor * p[t * p_stride + r];
  }
}

template <int T>
INLINE void expanded_by(const AccreteFactors& pair, const float* p, int64_t p_stride, int64_t width, int64_t f, V* sums) {
  if (pair.half) {
    expand_factors<T>(pair, static_cast<const uint16_t*>(pair.b), p, p_stride, width, f, sums);
  } else {
    expand_factors<T>(pair, static_cast<const float*>(pair.b), p, p_stride, width, f, sums);
  }
}

// y[t] += Bᵀ p[t] for `T` tokens.
template <int T>
INLINE void add_expanded(const AccreteFactors& pair, const float* p, int64_t p_stride, int64_t width, float* y) {
  for (int64_t f = 0; f < width; f += lanes) {
    V sums[T];
    for (int t = 0; t < T; ++t) sums[t] = load(y + t * width + f, width - f);
    expanded_by<T>(pair, p, p_stride, width, f, sums);
    for (int t = 0; t < T; ++t) store(y + t * width + f, sums[t], width - f);
  }
}

// body(segment, token, two) for all tokens of segments: two neighbours of a segment at a time, and the last of it alone.
template <typename Segment, typename Body>
INLINE void each_token(const Segment* list, int64_t segments, int32_t threads, Body body) {
  std::vector<int64_t> ends(static_cast<size_t>(segments));
  int64_t tokens = 0;
  for (int64_t s = 0; s < segments; ++s) ends[static_cast<size_t>(s)] = tokens += list[s].count;
  each(tokens, 4, threads, [&](int64_t begin, int64_t end, int32_t) {
    size_t s = static_cast<size_t>(std::upper_bound(ends.begin(), ends.end(), begin) - ends.begin());
    for (int64_t at = begin; at < end;) {
      while (at >= ends[s]) ++s;
      const int64_t last = std::min(end, ends[s]), token = list[s].first + at - (ends[s] - list[s].count);
      if (at + 2 <= last) {
        body(list[s], token, std::integral_constant<int, 2>{});
        at += 2;
      } else {
        body(list[s], token, std::integral_constant<int, 1>{});
        at += 1;
      }
    }
  });
}

static void add_low_rank(const AccreteLowRank& s, float* y) {
  each_token(s.list, s.segments, s.threads, [&](const AccreteSegment& segment, int64_t token, auto size) {
    constexpr int T = decltype(size)::value;
    const AccreteFactors& pair = segment.factors;
    float* p = scratch(T * pair.rank);
    reduced_by<T>(pair, s.x + token * s.inputs, s.inputs, s.inputs, pair.scaling, p, pair.rank);
    add_expanded<T>(pair, p, pair.rank, s.outputs, y + token * s.outputs);
  });
}

// β of two experts for a token: softmax(G x).
INLINE void shares_of(const float* gate, const float* x, int64_t width, float* shares) {
  float logits[2];
  reduce_factors<1, 2>(x, width, gate, width, 1.0f, logits, 2);
  const float first = exponential(splat(logits[1] - logits[0]))[0];
  shares[0] = 1.0f / (1.0f + first);
  shares[1] = first * shares[0];
}

template <AccreteActivation A, int T>
INLINE void activate_tokens(const AccreteFeedForward& s, const AccreteBlockSegment& segment, int64_t token, float* mixed, float* reduced) {
  const int64_t width = s.intermediate;
  const float *x = s.x + token * s.hidden, *c1 = s.gate + token * width, *c3 = s.up + token * width;
  float* out = mixed + token * width;
  if (segment.experts == 0) {
    for (int t = 0; t < T; ++t) {
      for (int64_t f = 0; f < width; f += lanes) {
        const int64_t n = width - f;
        store(out + t * width + f, activate<A>(load(c1 + t * width + f, n)).value * load(c3 + t * width + f, n), n);
      }
    }
    return;
  }
  int64_t most = 0;
  for (int64_t e = 0; e < segment.experts; ++e) most = std::max({most, segment.gate[e].rank, segment.up[e].rank});
  float* by_gate = scratch(2 * T * most + T * width);
  float *by_up = by_gate + T * most, *activated = by_up + T * most;
  float shares[T][2];
  for (int t = 0; t < T; ++t) {
    shares[t][0] = shares[t][1] = 1;
    if (segment.shares != nullptr) shares_of(segment.shares, x + t * s.hidden, s.hidden, shares[t]);
  }
  int64_t place = 0;
  for (int64_t e = 0; e < segment.experts; ++e) {
    reduced_by<T>(segment.gate[e], x, s.hidden, s.hidden, segment.gate[e].scaling, by_gate, most);
    reduced_by<T>(segment.up[e], x, s.hidden, s.hidden, segment.up[e].scaling, by_up, most);
    for (int64_t f = 0; f < width; f += lanes) {
      const int64_t n = width - f;
      V gates[T], ups[T];
      for (int t = 0; t < T; ++t) {
        gates[t] = load(c1 + t * width + f, n);
        ups[t] = load(c3 + t * width + f, n);
      }
      expanded_by<T>(segment.gate[e], by_gate, most, width, f, gates);
      expanded_by<T>(segment.up[e], by_up, most, width, f, ups);
      for (int t = 0; t < T; ++t) {
        const V a = activate<A>(gates[t]).value * ups[t] * shares[t][e];
        store(activated + t * width + f, a, n);
        store(out + t * width + f, e == 0 ? a : load(out + t * width + f, n) + a, n);
      }
    }
    // The share is in there already.
    reduced_by<T>(segment.down[e], activated, width, width, segment.down[e].scaling, reduced + token * s.reduced + place, s.reduced);
    place += segment.down[e].rank;
  }
}

template <AccreteActivation A>
static void feed_forward_activate_by(const AccreteFeedForward& s, float* mixed, float* reduced) {
  each_token(s.list, s.segments, s.threads, [&](const AccreteBlockSegment& segment, int64_t token, auto size) {
    activate_tokens<A, decltype(size)::value>(s, segment, token, mixed, reduced);
  });
}

static void feed_forward_activate(const AccreteFeedForward& s, float* mixed, float* reduced) {
  switch (s.activation) {
    case accrete_silu: return feed_forward_activate_by<accrete_silu>(s, mixed, reduced);
    case accrete_gelu_tanh: return feed_forward_activate_by<accrete_gelu_tanh>(s, mixed, reduced);
  }
}

static void feed_forward_finish(const AccreteFeedForward& s, const float* reduced, float* y) {
  each_token(s.list, s.segments, s.threads, [&](const AccreteBlockSegment& segment, int64_t token, auto size) {
    int64_t place = 0;
    for (int64_t e = 0; e < segment.experts; ++e) {
      add_expanded<decltype(size)::value>(segment.down[e], reduced + token * s.reduced + place, s.reduced, s.hidden, y + token * s.hidden);
      place += segment.down[e].rank;
    }
  });
}
