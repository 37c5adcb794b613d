// Causal attention over packed rows of different lengths. No include guard: included once for each instruction set.
//
// One piece of work is a row and a key head with the query heads that it serves. Keys and values are transposed once per piece,
// so that sixteen keys are scored at a time, and copied where whole rows of them are summed: in the tensor one head's rows lie a
// power of two apart, where they push each other out of the cache.

constexpr int query_block = 4;

struct Piece {
  int64_t start, length, key_head;
  const int32_t* groups;     // of this row's tokens, or NULL
  int64_t window;            // 0: none
  const int32_t* positions;  // of this row's tokens, or NULL
};

INLINE Piece piece_of(const AccreteAttention& s, int64_t number) {
  const int64_t row = number / s.kv_heads, start = s.starts[row];
  const auto of_row = [&](const int32_t* x) { return x == nullptr ? nullptr : x + start; };
  return {start, s.starts[row + 1] - start, number % s.kv_heads, of_row(s.groups), s.window, of_row(s.positions)};
}

// out[d][j] = x[j][d] of one head; columns beyond `length` are zero.
INLINE void transpose(const float* x, int64_t stride, int64_t length, int64_t padded, int64_t dim, float* out) {
  for (int64_t d = 0; d < dim; ++d) {
    for (int64_t j = 0; j < length; ++j) out[d * padded + j] = x[j * stride + d];
    for (int64_t j = length; j < padded; ++j) out[d * padded + j] = 0;
  }
}

// out[j] = x[j] of one head, one row after the other.
INLINE void gather(const float* x, int64_t stride, int64_t length, int64_t dim, float* out) {
  for (int64_t j = 0; j < length; ++j) memcpy(out + j * dim, x + j * stride, static_cast<size_t>(dim) * sizeof(float));
}

// The way back of that.
INLINE void scatter(const float* rows, int64_t length, int64_t dim, float* out, int64_t stride) {
  for (int64_t j = 0; j < length; ++j) {
    memcpy(out + j * stride, rows + j * dim, static_cast<size_t>(dim) * sizeof(float));
  }
}

// scores[t][j] = Σ_d x[t][d] columns[d][j] for `T` rows and the first `count` columns. Columns are there up to a multiple of
// sixteen.
template <int T>
INLINE void scores_of(const float* x, int64_t stride, const float* columns, int64_t padded, int64_t dim, int64_t count,
                      float* scores) {
  for (int64_t j = 0; j < count; j += lanes) {
    V sums[T] = {};
    for (int64_t d = 0; d < dim; ++d) {
      const V column = load(columns + d * padded + j, lanes);
      for (int t = 0; t < T; ++t) sums[t] = sums[t] + column * x[t * stride + d];
    }
    for (int t = 0; t < T; ++t) store(scores + t * padded + j, sums[t], lanes);
  }
}

// Sixteen numbers of a row's tokens; behind its end zeros.
INLINE Integers of_tokens(const Piece& p, const int32_t* numbers, int64_t j) {
  Integers result{};
  memcpy(&result, numbers + j, static_cast<size_t>(std::min(lanes, p.length - j)) * sizeof(int32_t));
  return result;
}

// Which of sixteen keys a query may look at: earlier ones and itself, of the prompt (group 0) or of its own group, in its window.
INLINE V visible(const Piece& p, int64_t query, int64_t j, V value, float otherwise) {
  const Integers counts = Integers{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} + static_cast<int32_t>(j);
  V result = counts <= static_cast<int32_t>(query) ? value : splat(otherwise);
  if (p.groups != nullptr) {
    const Integers groups = of_tokens(p, p.groups, j);
    result = ((groups == 0) | (groups == p.groups[query])) ? result : splat(otherwise);
  }
  if (p.window > 0) {
    const Integers places = p.positions == nullptr ? counts : of_tokens(p, p.positions, j);
    const int64_t own = p.positions == nullptr ? query : p.positions[query];
    result = places > static_cast<int32_t>(own - p.window) ? result : splat(otherwise);
  }
  return result;
}

INLINE float largest(V v) {
  float result = v[0];
  for (int i = 1; i < lanes; ++i) result = v[i] > result ? v[i] : result;
  return result;
}

// Softmax of one query's scores in place; returns the logarithm of its denominator.
INLINE float normalize(const Piece& p, int64_t query, float scale, float* scores) {
  const int64_t count = query + 1;
  V top = splat(-INFINITY);
  for (int64_t j = 0; j < count; j += lanes) {
    const V value = visible(p, query, j, load(scores + j, lanes) * scale, -INFINITY);
    store(scores + j, value, lanes);
    top = value > top ? value : top;
  }
  const float maximum = largest(top);
  V sum{};
  for (int64_t j = 0; j < count; j += lanes) {
    const V value = visible(p, query, j, exponential(load(scores + j, lanes) - maximum), 0);
    store(scores + j, value, lanes);
    sum = sum + value;
  }
  const float denominator = total(sum), inverse = 1 / denominator;
  for (int64_t j = 0; j < count; j += lanes) store(scores + j, load(scores + j, lanes) * inverse, lanes);
  return maximum + std::log(denominator);
}

// out[t] (+)= Σ_j weights[t][j] rows[j] for `T` outputs.
template <int T>
INLINE void weigh(const float* weights, int64_t padded, const float* rows, int64_t stride, int64_t count, int64_t dim,
                  float* out, int64_t out_stride) {
  for (int64_t d = 0; d < dim; d += lanes) {
    const int64_t n = dim - d;
    V sums[T] = {};
    for (int64_t j = 0; j < count; ++j) {
      const V row = load(rows + j * stride + d, n);
      for (int t = 0; t < T; ++t) sums[t] = sums[t] + row * weights[t * padded + j];
    }
    for (int t = 0; t < T; ++t) store(out + t * out_stride + d, sums[t], n);
  }
}

template <int T>
INLINE void attend(const AccreteAttention& s, const Piece& p, int64_t head, int64_t query, const float* columns,
                   const float* values, int64_t padded, float* scores, float* out, float* statistics) {
  const int64_t stride = s.heads * s.dim;
  const float* q = s.queries + (p.start + query) * stride + head * s.dim;
  scores_of<T>(q, stride, columns, padded, s.dim, query + T, scores);
  for (int t = 0; t < T; ++t) {
    const float logarithm = normalize(p, query + t, s.scale, scores + t * padded);
    if (statistics != nullptr) statistics[(p.start + query + t) * s.heads + head] = logarithm;
    for (int64_t j = query + t + 1; j < query + T; ++j) scores[t * padded + j] = 0;
  }
  weigh<T>(scores, padded, values, s.dim, query + T, s.dim, out + (p.start + query) * stride + head * s.dim, stride);
}

static void attention_forward(const AccreteAttention& s, float* out, float* statistics) {
  const int64_t group = s.heads / s.kv_heads, kv_stride = s.kv_heads * s.dim;
  each(s.rows * s.kv_heads, 1, s.threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t number = begin; number < end; ++number) {
      const Piece p = piece_of(s, number);
      const int64_t padded = (p.length + lanes - 1) / lanes * lanes + lanes;
      float *columns = scratch((2 * s.dim + query_block) * padded), *values = columns + s.dim * padded;
      float* scores = values + s.dim * padded;
      const int64_t kv = p.start * kv_stride + p.key_head * s.dim;
      transpose(s.keys + kv, kv_stride, p.length, padded, s.dim, columns);
      gather(s.values + kv, kv_stride, p.length, s.dim, values);
      for (int64_t head = p.key_head * group; head < (p.key_head + 1) * group; ++head) {
        int64_t query = 0;
        for (; query + query_block <= p.length; query += query_block) {
          attend<query_block>(s, p, head, query, columns, values, padded, scores, out, statistics);
        }
        for (; query < p.length; ++query) {
          attend<1>(s, p, head, query, columns, values, padded, scores, out, statistics);
        }
      }
    }
  });
}

// What one query gives back: with P its weights and dP = dO Vᵀ, dS = scale · P ⊙ (dP − dO·O).
INLINE void score_gradient(const AccreteAttention& s, const Piece& p, int64_t head, int64_t query, const float* out,
                           const float* statistics, const float* gradient, float* weights, float* scores) {
  const int64_t at = ((p.start + query) * s.heads + head) * s.dim;
  V products{};
  for (int64_t d = 0; d < s.dim; d += lanes) {
    products = products + load(out + at + d, s.dim - d) * load(gradient + at + d, s.dim - d);
  }
  const float delta = total(products), logarithm = statistics[(p.start + query) * s.heads + head];
  for (int64_t j = 0; j <= query; j += lanes) {
    const V weight = visible(p, query, j, exponential(load(weights + j, lanes) * s.scale - logarithm), 0);
    store(weights + j, weight, lanes);
    store(scores + j, weight * (load(scores + j, lanes) - delta) * s.scale, lanes);
  }
}

// rows[j] += weights[j] x for the first `count` rows.
template <int T>
INLINE void spread(const float* weights, int64_t padded, const float* x, int64_t stride, int64_t count, int64_t dim,
                   float* rows, int64_t row_stride) {
  for (int64_t d = 0; d < dim; d += lanes) {
    const int64_t n = dim - d;
    V values[T];
    for (int t = 0; t < T; ++t) values[t] = load(x + t * stride + d, n);
    for (int64_t j = 0; j < count; ++j) {
      V sum = load(rows + j * row_stride + d, n);
      for (int t = 0; t < T; ++t) sum = sum + values[t] * weights[t * padded + j];
      store(rows + j * row_stride + d, sum, n);
    }
  }
}

struct AttentionScratch {
  const float* key_columns;
  const float* value_columns;
  const float* keys;
  // [length][dim]
  float* key_gradient;
  float* value_gradient;
  float* weights;
  float* scores;
  int64_t padded;
};

template <int T>
INLINE void attend_back(const AccreteAttention& s, const Piece& p, int64_t head, int64_t query,
                        const AttentionScratch& scratch, const AccreteAttentionGradients& g) {
  const int64_t stride = s.heads * s.dim, padded = scratch.padded;
  const int64_t at = (p.start + query) * stride + head * s.dim;
  scores_of<T>(s.queries + at, stride, scratch.key_columns, padded, s.dim, query + T, scratch.weights);
  scores_of<T>(g.out_gradient + at, stride, scratch.value_columns, padded, s.dim, query + T, scratch.scores);
  for (int t = 0; t < T; ++t) {
    float *weights = scratch.weights + t * padded, *scores = scratch.scores + t * padded;
    score_gradient(s, p, head, query + t, g.out, g.statistics, g.out_gradient, weights, scores);
    for (int64_t j = query + t + 1; j < query + T; ++j) weights[j] = scores[j] = 0;
  }
  weigh<T>(scratch.scores, padded, scratch.keys, s.dim, query + T, s.dim, g.queries + at, stride);
  spread<T>(scratch.scores, padded, s.queries + at, stride, query + T, s.dim, scratch.key_gradient, s.dim);
  spread<T>(scratch.weights, padded, g.out_gradient + at, stride, query + T, s.dim, scratch.value_gradient, s.dim);
}

static void attention_backward(const AccreteAttention& s, const AccreteAttentionGradients& g) {
  const int64_t group = s.heads / s.kv_heads, kv_stride = s.kv_heads * s.dim;
  each(s.rows * s.kv_heads, 1, s.threads, [&](int64_t begin, int64_t end, int32_t) {
    std::vector<float> memory;
    for (int64_t number = begin; number < end; ++number) {
      const Piece p = piece_of(s, number);
      const int64_t padded = (p.length + lanes - 1) / lanes * lanes + lanes;
      memory.resize(static_cast<size_t>((5 * s.dim + 2 * query_block) * padded));
      float *keys = memory.data(), *values = keys + s.dim * padded, *key_rows = values + s.dim * padded;
      float *key_gradient = key_rows + s.dim * padded, *value_gradient = key_gradient + s.dim * padded;
      float* weights = value_gradient + s.dim * padded;
      const int64_t kv = p.start * kv_stride + p.key_head * s.dim;
      transpose(s.keys + kv, kv_stride, p.length, padded, s.dim, keys);
      transpose(s.values + kv, kv_stride, p.length, padded, s.dim, values);
      gather(s.keys + kv, kv_stride, p.length, s.dim, key_rows);
      gather(g.keys + kv, kv_stride, p.length, s.dim, key_gradient);
      gather(g.values + kv, kv_stride, p.length, s.dim, value_gradient);
      const AttentionScratch scratch{keys,           values,  key_rows,                       key_gradient,
                                     value_gradient, weights, weights + query_block * padded, padded};
      for (int64_t head = p.key_head * group; head < (p.key_head + 1) * group; ++head) {
        int64_t query = 0;
        for (; query + query_block <= p.length; query += query_block) {
          attend_back<query_block>(s, p, head, query, scratch, g);
        }
        for (; query < p.length; ++query) attend_back<1>(s, p, head, query, scratch, g);
      }
      scatter(key_gradient, p.length, s.dim, g.keys + kv, kv_stride);
      scatter(value_gradient, p.length, s.dim, g.values + kv, kv_stride);
    }
  });
}

// Turns pairs (x[i], x[i + half]) of every head by the angle of the token's position; sign −1 turns back.
static void rotate(int64_t tokens, int64_t heads, int64_t dim, const float* x, const float* cosines, const float* sines,
                   float sign, float* out, int32_t threads) {
  const int64_t half = dim / 2;
  each(tokens, 16, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t token = begin; token < end; ++token) {
      for (int64_t head = 0; head < heads; ++head) {
        const float* from = x + (token * heads + head) * dim;
        float* to = out + (token * heads + head) * dim;
        for (int64_t i = 0; i < half; i += lanes) {
          const int64_t n = half - i;
          const V first = load(from + i, n), second = load(from + half + i, n);
          const V cosine = load(cosines + token * half + i, n), sine = load(sines + token * half + i, n) * sign;
          store(to + i, first * cosine - second * sine, n);
          store(to + half + i, second * cosine + first * sine, n);
        }
      }
    }
  });
}
