// Attention over cached keys and values. No include guard: included once for each instruction set, after Attention.h.
//
// They lie in blocks of 64 tokens. Keys lie transposed, so that sixteen are scored at a time. Sums over tokens go from block to block in the
// order of the tokens: where a sequence's blocks lie, and which others share them, changes no bit.

// One key head of a sequence.
struct CachedPiece {
  float* const* blocks;
  int64_t keys, values;  // where the head's begin in a block
  float* scores;
  int64_t stride;  // between the scores of two queries
};

// `T` queries, `stride` floats apart, of which query t sees the first `count + t · step` keys.
template <int T>
INLINE void attend_cached(const AccreteCachedAttention& s, const CachedPiece& p, const float* queries, int64_t stride,
                          int64_t count, int64_t step, float* out) {
  constexpr int64_t size = accrete_cache_block;
  const int64_t most = count + (T - 1) * step;
  for (int64_t j = 0; j < most; j += size) {
    scores_of<T>(queries, stride, {p.blocks[j / size] + p.keys, size, lanes}, s.dim, std::min(size, most - j), p.scores + j,
                 p.stride);
  }
  const Piece sequence{0, most, 0, nullptr, s.window, nullptr};
  for (int64_t t = 0; t < T; ++t) {
    float* scores = p.scores + t * p.stride;
    normalize(sequence, count + t * step - 1, s.scale, scores);
    for (int64_t j = count + t * step; j < most; ++j) scores[j] = 0;
  }
  for (int64_t j = 0; j < most; j += size) {
    weigh<T>({p.scores + j, p.stride, 1}, p.blocks[j / size] + p.values, s.dim, std::min(size, most - j), s.dim, out, stride,
             j > 0);
  }
}

static void cached_attention(const AccreteCachedAttention& s, float* out) {
  constexpr int64_t size = accrete_cache_block;
  const int64_t group = s.heads / s.kv_heads;
  each(s.sequences * s.kv_heads, 1, s.threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t number = begin; number < end; ++number) {
      const int64_t sequence = number / s.kv_heads, key_head = number % s.kv_heads;
      const int64_t room = (s.first_block[sequence + 1] - s.first_block[sequence]) * size;
      const CachedPiece piece{s.blocks + s.first_block[sequence], key_head * s.dim * size,
                              (s.kv_heads + key_head) * s.dim * size, scratch(query_block * room), room};
      const int64_t start = s.starts[sequence], end_token = s.starts[sequence + 1], past = s.past[sequence];
      for (int64_t token = start; s.keys != nullptr && token < end_token; ++token) {
        const int64_t position = past + token - start, from = (token * s.kv_heads + key_head) * s.dim;
        float* block = piece.blocks[position / size];
        float* keys = block + piece.keys + position % size;
        for (int64_t d = 0; d < s.dim; ++d) keys[d * size] = s.keys[from + d];
        memcpy(block + piece.values + position % size * s.dim, s.values + from, static_cast<size_t>(s.dim) * sizeof(float));
      }
      const int64_t first = key_head * group, last = first + group, stride = s.heads * s.dim;
      int64_t token = start, count = past + 1;
      // Neighbouring tokens of a head together, then the heads of single tokens.
      for (; token + query_block <= end_token; token += query_block, count += query_block) {
        for (int64_t head = first; head < last; ++head) {
          const int64_t at = token * stride + head * s.dim;
          attend_cached<query_block>(s, piece, s.queries + at, stride, count, 1, out + at);
        }
      }
      for (; token < end_token; ++token, ++count) {
        int64_t head = first;
        const auto at = [&] { return token * stride + head * s.dim; };
        for (; head + query_block <= last; head += query_block) {
          attend_cached<query_block>(s, piece, s.queries + at(), s.dim, count, 0, out + at());
        }
        for (; head + 2 <= last; head += 2) attend_cached<2>(s, piece, s.queries + at(), s.dim, count, 0, out + at());
        for (; head < last; ++head) attend_cached<1>(s, piece, s.queries + at(), s.dim, count, 0, out + at());
      }
    }
  });
}
