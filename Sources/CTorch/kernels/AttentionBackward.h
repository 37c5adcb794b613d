// The backward pass of causal attention over packed sequences. No include guard: included once for each instruction set, after Attention.h.
//
// Tiles of keys are visited from first to last, and for each tile the queries that see it. A key's gradient stays in the first-level cache
// until it is complete; a query's is added to tile by tile.

// Keys of a tile: of five arrays, and their gradients among them.
constexpr int64_t tile_back = 32;

// One key head's arrays, all of the sequence's length.
struct AttentionArrays {
  Columns key_columns, value_columns;
  const float* keys;      // [length][dim]
  float* key_gradient;    // [length][dim]
  float* value_gradient;  // [length][dim]
  float* along;           // dO·O of each query of a head [length]
  // Of one head, from its first query on, `stride` numbers apart.
  const float* queries;
  const float* out_gradient;
  float* query_gradient;
  int64_t stride;
  float* weights;         // [block_rows][tile_back]
  float* scores;          // [block_rows][tile_back]
};

// P and dS of a query at the tile's keys that it sees, from their scores and dP; zero at the rest of the tile.
//
// With dP = dO Vᵀ: dS = scale · P ⊙ (dP − dO·O).
INLINE void score_gradient(const Piece& p, float scale, int64_t query, int64_t key, float logarithm, float along,
                           float* weights, float* scores) {
  const int64_t seen = std::min(tile_back, query + 1 - key);
  int64_t j = 0;
  for (; j < seen; j += lanes) {
    const V weight = visible(p, query, key + j, exponential(load(weights + j, lanes) * scale - logarithm), 0);
    store(weights + j, weight, lanes);
    store(scores + j, weight * (load(scores + j, lanes) - along) * scale, lanes);
  }
  for (; j < tile_back; j += lanes) {
    store(weights + j, V{}, lanes);
    store(scores + j, V{}, lanes);
  }
}

// `count` queries of a head from `query` on, which see some of the keys from `key` on.
INLINE void attend_back(const AccreteAttention& s, const Piece& p, int64_t head, int64_t key, int64_t query, int64_t count,
                        const AttentionArrays& arrays, const AccreteAttentionGradients& g) {
  const int64_t stride = arrays.stride, at = query * stride;
  int64_t first = count;  // who sees the tile
  in_fours(count, [&](auto fours, int64_t t) __attribute__((always_inline)) {
    constexpr int T = fours.value;
    const int64_t seen = std::min(tile_back, query + t + T - key), row = at + t * stride;
    if (seen <= 0) return;
    first = std::min(first, t);
    float *weights = arrays.weights + t * tile_back, *scores = arrays.scores + t * tile_back;
    scores_of<T>(arrays.queries + row, stride, arrays.key_columns.from(key), s.dim, seen, weights, tile_back);
    scores_of<T>(arrays.out_gradient + row, stride, arrays.value_columns.from(key), s.dim, seen, scores, tile_back);
    for (int64_t i = 0; i < T; ++i) {
      const int64_t own = query + t + i;
      score_gradient(p, s.scale, own, key, g.statistics[(p.start + own) * s.heads + head], arrays.along[own],
                     weights + i * tile_back, scores + i * tile_back);
    }
    weigh<T>({scores, tile_back, 1}, arrays.keys + key * s.dim, s.dim, std::min(seen, p.length - key), s.dim,
             arrays.query_gradient + row, stride, key > 0);
  });
  const int64_t row = at + first * stride, from = first * tile_back;
  in_fours(std::min(tile_back, std::min(p.length, query + count) - key), [&](auto fours, int64_t j)
               __attribute__((always_inline)) {
    constexpr int T = fours.value;
    const int64_t to = (key + j) * s.dim;
    weigh<T>({arrays.scores + from + j, 1, tile_back}, arrays.queries + row, stride, count - first, s.dim,
             arrays.key_gradient + to, s.dim, true);
    weigh<T>({arrays.weights + from + j, 1, tile_back}, arrays.out_gradient + row, stride, count - first, s.dim,
             arrays.value_gradient + to, s.dim, true);
  });
}

// dO·O of each of a head's queries.
template <typename X>
INLINE void output_products(const AccreteAttention& s, const Piece& p, int64_t head, const X* out, const X* gradient,
                            float* along) {
  for (int64_t query = 0; query < p.length; ++query) {
    const int64_t at = ((p.start + query) * s.heads + head) * s.dim;
    V products{};
    for (int64_t d = 0; d < s.dim; d += lanes) {
      products = products + load(out + at + d, s.dim - d) * load(gradient + at + d, s.dim - d);
    }
    along[query] = total(products);
  }
}

template <typename X>
static void attention_backward_as(const AccreteAttention& s, const AccreteAttentionGradients& g) {
  const int64_t group = s.heads / s.kv_heads, kv_stride = s.kv_heads * s.dim, stride = s.heads * s.dim;
  constexpr bool is_float = std::is_same_v<X, float>;
  const auto *s_queries = static_cast<const X*>(s.queries), *g_out = static_cast<const X*>(g.out_gradient);
  auto *g_queries = static_cast<X*>(g.queries), *g_keys = static_cast<X*>(g.keys), *g_values = static_cast<X*>(g.values);
  each(s.sequences * s.kv_heads, 1, s.threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t number = begin; number < end; ++number) {
      const Piece p = piece_of(s, number);
      const int64_t padded = (p.length + lanes - 1) / lanes * lanes, array = s.dim * padded;
      // Queries, their gradients and those of the outputs as floats, where the tensors hold others.
      const int64_t widened = is_float ? 0 : 3 * group * array;
      float* memory = scratch(5 * array + group * padded + 2 * block_rows * tile_back + widened);
      const int64_t kv = p.start * kv_stride + p.key_head * s.dim;
      float *keys = memory + 2 * array, *key_gradient = memory + 3 * array, *value_gradient = memory + 4 * array;
      float *along = memory + 5 * array, *weights = along + group * padded, *wide = weights + 2 * block_rows * tile_back;
      const Columns key_columns = columns_of(static_cast<const X*>(s.keys) + kv, kv_stride, p.length, s.dim, memory);
      const Columns value_columns =
          columns_of(static_cast<const X*>(s.values) + kv, kv_stride, p.length, s.dim, memory + array);
      gather(static_cast<const X*>(s.keys) + kv, kv_stride, p.length, s.dim, keys);
      gather(g_keys + kv, kv_stride, p.length, s.dim, key_gradient);
      gather(g_values + kv, kv_stride, p.length, s.dim, value_gradient);
      const int64_t first = p.key_head * group;
      // Where a head's queries begin: in the tensors, and among the widened ones.
      const auto of_head = [&](int64_t h) { return p.start * stride + (first + h) * s.dim; };
      const auto wide_of = [&](int64_t h, int64_t kind) { return wide + (3 * h + kind) * array; };
      for (int64_t h = 0; h < group; ++h) {
        output_products(s, p, first + h, static_cast<const X*>(g.out), g_out, along + h * padded);
        if constexpr (!is_float) {
          gather(s_queries + of_head(h), stride, p.length, s.dim, wide_of(h, 0));
          gather(g_out + of_head(h), stride, p.length, s.dim, wide_of(h, 1));
        }
      }
      for (int64_t key = 0; key < p.length; key += tile_back) {
        for (int64_t h = 0; h < group; ++h) {
          AttentionArrays arrays{key_columns,    value_columns,      keys,    key_gradient,
                                 value_gradient, along + h * padded, nullptr, nullptr,
                                 nullptr,        stride,             weights, weights + block_rows * tile_back};
          if constexpr (is_float) {
            arrays.queries = s_queries + of_head(h);
            arrays.out_gradient = g_out + of_head(h);
            arrays.query_gradient = g_queries + of_head(h);
          } else {
            arrays.queries = wide_of(h, 0);
            arrays.out_gradient = wide_of(h, 1);
            arrays.query_gradient = wide_of(h, 2);
            arrays.stride = s.dim;
          }
          for (int64_t query = key / block_rows * block_rows; query < p.length; query += block_rows) {
            attend_back(s, p, first + h, key, query, std::min(block_rows, p.length - query), arrays, g);
          }
        }
      }
      scatter(key_gradient, p.length, s.dim, g_keys + kv, kv_stride);
      scatter(value_gradient, p.length, s.dim, g_values + kv, kv_stride);
      if constexpr (!is_float) {
        for (int64_t h = 0; h < group; ++h) scatter(wide_of(h, 2), p.length, s.dim, g_queries + of_head(h), stride);
      }
    }
  });
}

static void attention_backward(const AccreteAttention& s, const AccreteAttentionGradients& g) {
  if (s.half) {
    attention_backward_as<uint16_t>(s, g);
  } else {
    attention_backward_as<float>(s, g);
  }
}
