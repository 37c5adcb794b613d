// Low-rank experts of neighbouring tokens, added to products that all tokens share. No include guard: included once for each instruction
// set, after Product.h.
//
// Every sum is added up in one order, whatever the number of tokens, segments or threads: a token gets the same bits in any company.

// body(first, size) for `count` neighbours: two at a time, and the last of an odd number alone.
template <typename Body>
INLINE void in_pairs(int64_t count, Body body) {
  int64_t t = 0;
  for (; t + 2 <= count; t += 2) body(t, std::integral_constant<int, 2>{});
  if (t < count) body(t, std::integral_constant<int, 1>{});
}

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

// out[t][r] = scaling · (A x)[r] for `T` tokens and all of a pair's factors.
template <int T, typename Number>
INLINE void reduced_by(const AccreteFactors& pair, const Number* a, const float* x, int64_t stride, int64_t width, float* out,
                       int64_t out_stride) {
  constexpr int several = T == 1 ? 4 : 2;
  int64_t r = 0;
  for (; r + several <= pair.rank; r += several) {
    reduce_factors<T, several>(x, stride, a + r * width, width, pair.scaling, out + r, out_stride);
  }
  for (; r < pair.rank; ++r) reduce_factors<T, 1>(x, stride, a + r * width, width, pair.scaling, out + r, out_stride);
}

// The same of `tokens` neighbours.
INLINE void reduced_by(const AccreteFactors& pair, int64_t tokens, const float* x, int64_t stride, int64_t width, float* out,
                       int64_t out_stride) {
  typed(pair.half, [&](auto type) {
    const auto* a = static_cast<const decltype(type)*>(pair.a);
    in_pairs(tokens, [&](int64_t t, auto size) {
      reduced_by<decltype(size)::value>(pair, a, x + t * stride, stride, width, out + t * out_stride, out_stride);
    });
  });
}

// B at sixteen outputs: what belongs to one factor lies side by side.
struct Tile {
  const float* numbers;
  int64_t stride;
  int64_t count;  // outputs that there are
};

// Memory that a tile may take.
INLINE int64_t tile_size(int64_t rank) { return (rank + columns_at_once - 1) / columns_at_once * columns_at_once * lanes; }

// The tile of B at outputs `f` and behind, made in `memory` where B lies otherwise.
INLINE Tile tile_of(const AccreteFactors& pair, int64_t outputs, int64_t f, float* memory) {
  if (pair.rank == 0) return {};
  if (!pair.half) return {static_cast<const float*>(pair.b) + f, outputs, outputs - f};
  turn_columns(static_cast<const uint16_t*>(pair.b) + f * pair.rank, pair.rank, outputs - f, memory);
  return {memory, lanes, lanes};
}

// sums[t] + Σ_r p[t][r] B[f][r] at a tile's outputs f.
template <int T>
INLINE void expanded_by(const AccreteFactors& pair, Tile tile, const float* p, int64_t p_stride, V* sums) {
  for (int64_t r = 0; r < pair.rank; ++r) {
    const V factor = load(tile.numbers + r * tile.stride, tile.count);
    for (int t = 0; t < T; ++t) sums[t] = sums[t] + factor * p[t * p_stride + r];
  }
}

// y[t] += B p[t] for `T` tokens at a tile's outputs.
template <int T, typename Y>
INLINE void add_tile(const AccreteFactors& pair, Tile tile, const float* p, int64_t p_stride, int64_t width, int64_t f, Y* y) {
  V sums[T];
  for (int t = 0; t < T; ++t) sums[t] = load(y + t * width + f, width - f);
  expanded_by<T>(pair, tile, p, p_stride, sums);
  for (int t = 0; t < T; ++t) store(y + t * width + f, sums[t], width - f);
}

// The same for `tokens` neighbours and all outputs. `memory`: of a tile.
template <typename Y>
INLINE void add_expanded(const AccreteFactors& pair, int64_t tokens, const float* p, int64_t p_stride, int64_t width, Y* y,
                         float* memory) {
  if (pair.rank == 0) return;
  if (tokens == 1) {
    for (int64_t f = 0; f < width; f += lanes) add_tile<1>(pair, tile_of(pair, width, f, memory), p, p_stride, width, f, y);
    return;
  }
  for (int64_t f = 0; f < width; f += lanes) {
    const Tile tile = tile_of(pair, width, f, memory);
    in_pairs(tokens, [&](int64_t t, auto size) {
      add_tile<decltype(size)::value>(pair, tile, p + t * p_stride, p_stride, width, f, y + t * width);
    });
  }
}

// body(segment, first token, tokens) for all tokens of segments, in runs of neighbours of one segment. A run shares what is made of its
// factors, and is short, so that what it keeps stays in the caches.
template <typename Segment, typename Body>
INLINE void each_run(const Segment* list, int64_t segments, int32_t threads, Body body) {
  constexpr int64_t longest = 8;
  std::vector<int64_t> ends(static_cast<size_t>(segments));
  int64_t tokens = 0;
  for (int64_t s = 0; s < segments; ++s) ends[static_cast<size_t>(s)] = tokens += list[s].count;
  each(tokens, 4, threads, [&](int64_t begin, int64_t end, int32_t) {
    size_t s = static_cast<size_t>(std::upper_bound(ends.begin(), ends.end(), begin) - ends.begin());
    for (int64_t at = begin; at < end;) {
      while (at >= ends[s]) ++s;
      const int64_t count = std::min({longest, end - at, ends[s] - at});
      body(list[s], list[s].first + at - (ends[s] - list[s].count), count);
      at += count;
    }
  });
}

// Numbers of a run as floats: where they lie, or widened in `memory`, once for all factors that read them.
INLINE const float* as_floats(const float* x, int64_t, float*) { return x; }
INLINE const float* as_floats(const uint16_t* x, int64_t count, float* memory) {
  widen_to(memory, x, count);
  return memory;
}

// Floats that `as_floats` needs for so many numbers.
template <typename X>
constexpr int64_t widened_size(int64_t count) { return std::is_same<X, float>::value ? 0 : count; }

static void add_low_rank(const AccreteLowRank& s, void* out) {
  typed(s.half, [&](auto type) {
    using X = decltype(type);
    auto* y = static_cast<X*>(out);
    each_run(s.list, s.segments, s.threads, [&](const AccreteSegment& segment, int64_t token, int64_t count) {
      const AccreteFactors& pair = segment.factors;
      float* memory = scratch(tile_size(pair.rank) + count * pair.rank + widened_size<X>(count * s.inputs));
      float* p = memory + tile_size(pair.rank);
      const float* x = as_floats(static_cast<const X*>(s.x) + token * s.inputs, count * s.inputs, p + count * pair.rank);
      reduced_by(pair, count, x, s.inputs, s.inputs, p, pair.rank);
      add_expanded(pair, count, p, pair.rank, s.outputs, y + token * s.outputs, memory);
    });
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

template <AccreteActivation A, typename X>
INLINE void activate_run(const AccreteFeedForward& s, const AccreteBlockSegment& segment, int64_t token, int64_t count, X* mixed,
                         float* reduced) {
  const int64_t width = s.intermediate;
  const X *c1 = static_cast<const X*>(s.gate) + token * width, *c3 = static_cast<const X*>(s.up) + token * width;
  X* out = mixed + token * width;
  if (segment.experts == 0) {
    for (int64_t t = 0; t < count; ++t) {
      for (int64_t f = 0; f < width; f += lanes) {
        const int64_t n = width - f;
        store(out + t * width + f, activate<A>(load(c1 + t * width + f, n)).value * load(c3 + t * width + f, n), n);
      }
    }
    return;
  }
  int64_t most = 0;
  for (int64_t e = 0; e < segment.experts; ++e) most = std::max({most, segment.gate[e].rank, segment.up[e].rank});
  // A sum over two experts is rounded once.
  const int64_t kept = segment.experts > 1 ? widened_size<X>(count * width) : 0;
  float* gate_memory =
      scratch(2 * tile_size(most) + count * (2 * most + width + 2) + kept + widened_size<X>(count * s.hidden));
  float *up_memory = gate_memory + tile_size(most), *by_gate = up_memory + tile_size(most), *by_up = by_gate + count * most;
  float *activated = by_up + count * most, *shares = activated + count * width, *sums = shares + 2 * count;
  const float* x = as_floats(static_cast<const X*>(s.x) + token * s.hidden, count * s.hidden, sums + kept);
  for (int64_t t = 0; t < count; ++t) {
    shares[2 * t] = shares[2 * t + 1] = 1;
    if (segment.shares != nullptr) shares_of(segment.shares, x + t * s.hidden, s.hidden, shares + 2 * t);
  }
  int64_t place = 0;
  for (int64_t e = 0; e < segment.experts; ++e) {
    const AccreteFactors &gate = segment.gate[e], &up = segment.up[e], &down = segment.down[e];
    reduced_by(gate, count, x, s.hidden, s.hidden, by_gate, most);
    reduced_by(up, count, x, s.hidden, s.hidden, by_up, most);
    for (int64_t f = 0; f < width; f += lanes) {
      const int64_t n = width - f;
      const Tile gate_tile = tile_of(gate, width, f, gate_memory), up_tile = tile_of(up, width, f, up_memory);
      in_pairs(count, [&](int64_t t, auto size) {
        constexpr int T = decltype(size)::value;
        V gates[T], ups[T];
        for (int i = 0; i < T; ++i) {
          gates[i] = load(c1 + (t + i) * width + f, n);
          ups[i] = load(c3 + (t + i) * width + f, n);
        }
        expanded_by<T>(gate, gate_tile, by_gate + t * most, most, gates);
        expanded_by<T>(up, up_tile, by_up + t * most, most, ups);
        for (int i = 0; i < T; ++i) {
          const int64_t at = (t + i) * width + f;
          const V a = activate<A>(gates[i]).value * ups[i] * shares[2 * (t + i) + e];
          store(activated + at, a, n);
          if (kept > 0 && e == 0) {
            store(sums + at, a, n);
          } else if (kept > 0) {
            store(out + at, load(sums + at, n) + a, n);
          } else {
            store(out + at, e == 0 ? a : load(out + at, n) + a, n);
          }
        }
      });
    }
    // The share is in there already.
    reduced_by(down, count, activated, width, width, reduced + token * s.reduced + place, s.reduced);
    place += down.rank;
  }
}

template <AccreteActivation A>
static void feed_forward_activate_by(const AccreteFeedForward& s, void* mixed, float* reduced) {
  typed(s.half, [&](auto type) {
    using X = decltype(type);
    each_run(s.list, s.segments, s.threads, [&](const AccreteBlockSegment& segment, int64_t token, int64_t count) {
      activate_run<A>(s, segment, token, count, static_cast<X*>(mixed), reduced);
    });
  });
}

static void feed_forward_activate(const AccreteFeedForward& s, void* mixed, float* reduced) {
  switch (s.activation) {
    case accrete_silu: return feed_forward_activate_by<accrete_silu>(s, mixed, reduced);
    case accrete_gelu_tanh: return feed_forward_activate_by<accrete_gelu_tanh>(s, mixed, reduced);
  }
}

static void feed_forward_finish(const AccreteFeedForward& s, const float* reduced, void* out) {
  typed(s.half, [&](auto type) {
    using Y = decltype(type);
    auto* y = static_cast<Y*>(out);
    each_run(s.list, s.segments, s.threads, [&](const AccreteBlockSegment& segment, int64_t token, int64_t count) {
      int64_t place = 0;
      for (int64_t e = 0; e < segment.experts; ++e) {
        const AccreteFactors& down = segment.down[e];
        add_expanded(down, count, reduced + token * s.reduced + place, s.reduced, s.hidden, y + token * s.hidden,
                     scratch(tile_size(down.rank)));
        place += down.rank;
      }
    });
  });
}
