// Causal attention over packed sequences of different lengths. No include guard: included once for each instruction set.
//
// One piece of work is a sequence and a key head with the query heads that it serves. Keys and values are copied out of the tensor, because
// there the rows of one head lie a power of two apart and evict each other from the cache. Keys are copied into columns of sixteen, scored
// together, or into rows, which are summed. A block of queries meets a tile of keys before the next tile: both stay in the first cache. How
// far sums are split changes no bit: each is added up in the order of its tokens.

constexpr int query_block = 4;
// Queries that meet a tile before the next one.
constexpr int64_t block_rows = 16;
// Keys of a tile in the forward pass, which holds one array of them at a time.
constexpr int64_t tile_forward = 64;

struct Piece {
  int64_t start, length, key_head;
  const int32_t* groups;     // of this sequence's tokens, or NULL
  int64_t window;            // 0: none
  const int32_t* positions;  // of this sequence's tokens, or NULL
};

INLINE Piece piece_of(const AccreteAttention& s, int64_t number) {
  const int64_t sequence = number / s.kv_heads, start = s.starts[sequence], length = s.starts[sequence + 1] - start;
  const auto of_sequence = [&](const int32_t* x) { return x == nullptr ? nullptr : x + start; };
  return {start, length, number % s.kv_heads, of_sequence(s.groups), s.window, of_sequence(s.positions)};
}

// Keys or values of one head, sixteen beside each other: number d of key j is at sixteens · (j / 16) + dimension · d + j % 16.
struct Columns {
  const float* numbers;
  int64_t dimension, sixteens;

  Columns from(int64_t key) const { return {numbers + key / lanes * sixteens, dimension, sixteens}; }
};

INLINE float number(float x) { return x; }
INLINE float number(uint16_t x) {
  const uint32_t bits = static_cast<uint32_t>(x) << 16;
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// x[j] of one head as columns, zero beyond `length`; `out` holds dim · (length, rounded up to sixteen) numbers.
template <typename X>
INLINE Columns columns_of(const X* x, int64_t stride, int64_t length, int64_t dim, float* out) {
  for (int64_t first = 0; first < length; first += lanes) {
    const int64_t n = std::min(lanes, length - first);
    float* column = out + first * dim;
    for (int64_t d = 0; d < dim; ++d, column += lanes) {
      for (int64_t j = 0; j < n; ++j) column[j] = number(x[(first + j) * stride + d]);
      for (int64_t j = n; j < lanes; ++j) column[j] = 0;
    }
  }
  return {out, lanes, lanes * dim};
}

// out[j] = x[j] of one head, one row after the other.
template <typename X>
INLINE void gather(const X* x, int64_t stride, int64_t length, int64_t dim, float* out) {
  for (int64_t j = 0; j < length; ++j) widen_to(out + j * dim, x + j * stride, dim);
}

// The reverse of `gather`: row j back to x[j] of one head.
template <typename X>
INLINE void scatter(const float* rows, int64_t length, int64_t dim, X* out, int64_t stride) {
  for (int64_t j = 0; j < length; ++j) narrow_to(out + j * stride, rows + j * dim, dim);
}

// Rows of one head as floats, `stride` numbers apart.
struct HeadRows {
  const float* numbers;
  int64_t stride;
};

// body(four, 0), body(four, 4), … and then one at a time: how many at once is a constant of the type.
template <typename Body>
INLINE void in_fours(int64_t count, Body body) {
  int64_t t = 0;
  for (; t + query_block <= count; t += query_block) body(std::integral_constant<int, query_block>{}, t);
  for (; t < count; ++t) body(std::integral_constant<int, 1>{}, t);
}

// scores[t][j] = Σ_d x[t][d] columns[d][j] for `T` rows of x, `stride` apart, and the first `count` columns.
template <int T>
INLINE void scores_of(const float* x, int64_t stride, Columns columns, int64_t dim, int64_t count, float* scores,
                      int64_t score_stride) {
  for (int64_t j = 0; j < count; j += lanes, columns.numbers += columns.sixteens) {
    V sums[T] = {};
    for (int64_t d = 0; d < dim; ++d) {
      const V column = load(columns.numbers + d * columns.dimension, lanes);
      for (int t = 0; t < T; ++t) sums[t] = sums[t] + column * x[t * stride + d];
    }
    for (int t = 0; t < T; ++t) store(scores + t * score_stride + j, sums[t], lanes);
  }
}

// Sixteen numbers of a sequence's tokens; behind its end zeros.
INLINE Integers of_tokens(const Piece& p, const int32_t* numbers, int64_t j) {
  Integers result{};
  memcpy(&result, numbers + j, static_cast<size_t>(std::min(lanes, p.length - j)) * sizeof(int32_t));
  return result;
}

// `value` where a query may look at one of sixteen keys, `otherwise` elsewhere: it looks at earlier ones and itself, of the prompt
// (group 0) or of its own group, in its window.
INLINE V visible(const Piece& p, int64_t query, int64_t j, V value, float otherwise) {
  if (p.groups == nullptr && p.window == 0 && j + lanes <= query + 1) return value;
  const Integers counts = Integers{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} + static_cast<int32_t>(j);
  V result = counts <= static_cast<int32_t>(query) ? value : splat(otherwise);
  if (p.groups != nullptr) {
    const Integers groups = of_tokens(p, p.groups, j);
    result = ((groups == 0) | (groups == p.groups[query])) ? result : splat(otherwise);
  }
  if (p.window > 0) {
    const Integers positions = p.positions == nullptr ? counts : of_tokens(p, p.positions, j);
    const int64_t own = p.positions == nullptr ? query : p.positions[query];
    result = positions > static_cast<int32_t>(own - p.window) ? result : splat(otherwise);
  }
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

// Weights of sums: that of summand j in sum t is at numbers[sum · t + summand · j].
struct Weights {
  const float* numbers;
  int64_t sum, summand;
};

// out[t] (+)= Σ_j weights[t][j] rows[j] for `T` sums of `count` summands, at `n` columns of them.
template <int T>
INLINE void weigh_columns(Weights w, const float* rows, int64_t stride, int64_t count, int64_t n, float* out,
                          int64_t out_stride, bool adds) {
  V sums[T] = {};
  if (adds) {
    for (int t = 0; t < T; ++t) sums[t] = load(out + t * out_stride, n);
  }
  for (int64_t j = 0; j < count; ++j) {
    const V row = load(rows + j * stride, n);
    for (int t = 0; t < T; ++t) sums[t] = sums[t] + row * w.numbers[t * w.sum + j * w.summand];
  }
  for (int t = 0; t < T; ++t) store(out + t * out_stride, sums[t], n);
}

// The same at `dim` columns. Sixteen is a constant where they are whole: the innermost loop asks nothing.
template <int T>
INLINE void weigh(Weights w, const float* rows, int64_t stride, int64_t count, int64_t dim, float* out, int64_t out_stride,
                  bool adds) {
  int64_t d = 0;
  for (; d + lanes <= dim; d += lanes) weigh_columns<T>(w, rows + d, stride, count, lanes, out + d, out_stride, adds);
  if (d < dim) weigh_columns<T>(w, rows + d, stride, count, dim - d, out + d, out_stride, adds);
}

// `count` queries of a head from `query` on, which are the rows `queries`; out: their rows. `scores`: [block_rows][padded].
INLINE void attend(const AccreteAttention& s, const Piece& p, int64_t head, int64_t query, int64_t count, HeadRows queries,
                   Columns keys, const float* values, int64_t padded, float* scores, float* out, float* statistics) {
  const int64_t stride = queries.stride, last = query + count;
  for (int64_t key = 0; key < last; key += tile_forward) {
    in_fours(count, [&](auto fours, int64_t t) __attribute__((always_inline)) {
      constexpr int T = fours.value;
      const int64_t seen = std::min(tile_forward, query + t + T - key);
      if (seen <= 0) return;
      scores_of<T>(queries.numbers + t * stride, stride, keys.from(key), s.dim, seen, scores + t * padded + key, padded);
    });
  }
  for (int64_t t = 0; t < count; ++t) {
    const float logarithm = normalize(p, query + t, s.scale, scores + t * padded);
    if (statistics != nullptr) statistics[(p.start + query + t) * s.heads + head] = logarithm;
    std::fill(scores + t * padded + query + t + 1, scores + t * padded + std::min(padded, query + t + query_block), 0.0f);
  }
  for (int64_t key = 0; key < last; key += tile_forward) {
    in_fours(count, [&](auto fours, int64_t t) __attribute__((always_inline)) {
      constexpr int T = fours.value;
      const int64_t seen = std::min(tile_forward, query + t + T - key);
      if (seen <= 0) return;
      weigh<T>({scores + t * padded + key, padded, 1}, values + key * s.dim, s.dim, seen, s.dim, out + t * stride, stride,
               key > 0);
    });
  }
}

template <typename X>
static void attention_forward_as(const AccreteAttention& s, X* out, float* statistics) {
  const int64_t group = s.heads / s.kv_heads, kv_stride = s.kv_heads * s.dim, stride = s.heads * s.dim;
  constexpr bool is_float = std::is_same_v<X, float>;
  each(s.sequences * s.kv_heads, 1, s.threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t number = begin; number < end; ++number) {
      const Piece p = piece_of(s, number);
      const int64_t padded = (p.length + lanes - 1) / lanes * lanes + lanes;
      float *columns = scratch((2 * s.dim + block_rows) * padded + 2 * block_rows * s.dim), *values = columns + s.dim * padded;
      float *scores = values + s.dim * padded, *rows = scores + block_rows * padded, *sums = rows + block_rows * s.dim;
      const int64_t kv = p.start * kv_stride + p.key_head * s.dim;
      const Columns keys = columns_of(static_cast<const X*>(s.keys) + kv, kv_stride, p.length, s.dim, columns);
      gather(static_cast<const X*>(s.values) + kv, kv_stride, p.length, s.dim, values);
      for (int64_t head = p.key_head * group; head < (p.key_head + 1) * group; ++head) {
        for (int64_t query = 0; query < p.length; query += block_rows) {
          const int64_t count = std::min(block_rows, p.length - query), at = (p.start + query) * stride + head * s.dim;
          const X* queries = static_cast<const X*>(s.queries) + at;
          if constexpr (is_float) {
            attend(s, p, head, query, count, {queries, stride}, keys, values, padded, scores, out + at, statistics);
          } else {
            gather(queries, stride, count, s.dim, rows);
            attend(s, p, head, query, count, {rows, s.dim}, keys, values, padded, scores, sums, statistics);
            scatter(sums, count, s.dim, out + at, stride);
          }
        }
      }
    }
  });
}

static void attention_forward(const AccreteAttention& s, void* out, float* statistics) {
  typed(s.half, [&](auto type) { attention_forward_as(s, static_cast<decltype(type)*>(out), statistics); });
}

// Rotates pairs (x[i], x[i + half]) of every head by the angle of the token's position; sign −1 rotates back.
template <typename X>
static void rotate_as(int64_t tokens, int64_t heads, int64_t dim, const X* x, const float* cosines, const float* sines,
                      float sign, X* out, int32_t threads) {
  const int64_t half = dim / 2;
  each(tokens, 16, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t token = begin; token < end; ++token) {
      for (int64_t head = 0; head < heads; ++head) {
        const X* from = x + (token * heads + head) * dim;
        X* to = out + (token * heads + head) * dim;
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

static void rotate(bool half, int64_t tokens, int64_t heads, int64_t dim, const void* x, const float* cosines,
                   const float* sines, float sign, void* out, int32_t threads) {
  typed(half, [&](auto type) {
    using X = decltype(type);
    rotate_as(tokens, heads, dim, static_cast<const X*>(x), cosines, sines, sign, static_cast<X*>(out), threads);
  });
}
