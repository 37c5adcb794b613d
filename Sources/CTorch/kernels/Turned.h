// Rows of bfloat16 numbers as columns of floats, sixteen rows at a time. No include guard: included once for each instruction set, after
// Vector.h.
//
// B of a low-rank pair lies in its file one output after the other, [outputs, rank], where its product adds to sixteen outputs at once, one
// factor after the other. It is turned as it is read, so that nobody keeps a copy that lies otherwise. Two neighbouring numbers of a row
// are a word: words are moved, and their halves are widened last.

typedef uint32_t Four __attribute__((vector_size(16)));
typedef uint32_t Eight __attribute__((vector_size(32)));

// The next eight numbers of a row, or `count` of them where no more may be read.
INLINE Four load_quarter(const uint16_t* p, int64_t count) {
  Four v{};
  if (count >= 8) {
    memcpy(&v, p, sizeof v);
  } else if (count > 0) {
    memcpy(&v, p, static_cast<size_t>(count) * sizeof(uint16_t));
  }
  return v;
}

INLINE Words joined(Four a, Four b, Four c, Four d) {
  const Eight low = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7), high = __builtin_shufflevector(c, d, 0, 1, 2, 3, 4, 5, 6, 7);
  return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
}

// columns[k][i] = word k of row i, where `rows[j]` has rows j, j + 4, j + 8 and j + 12, four words of each: words stay in their quarters of
// a vector, which every instruction set does in one step.
INLINE void turn_words(const Words* rows, Words* columns) {
  const Words a = __builtin_shufflevector(rows[0], rows[1], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
  const Words b = __builtin_shufflevector(rows[0], rows[1], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
  const Words c = __builtin_shufflevector(rows[2], rows[3], 0, 16, 1, 17, 4, 20, 5, 21, 8, 24, 9, 25, 12, 28, 13, 29);
  const Words d = __builtin_shufflevector(rows[2], rows[3], 2, 18, 3, 19, 6, 22, 7, 23, 10, 26, 11, 27, 14, 30, 15, 31);
  columns[0] = __builtin_shufflevector(a, c, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
  columns[1] = __builtin_shufflevector(a, c, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
  columns[2] = __builtin_shufflevector(b, d, 0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29);
  columns[3] = __builtin_shufflevector(b, d, 2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31);
}

INLINE V as_floats(Words words) {
  V v;
  memcpy(&v, &words, sizeof v);
  return v;
}

// The two columns of a column of words, of which the lower half comes first.
INLINE void store_halves(Words words, float* tile) {
  store(tile, as_floats(words << 16), lanes);
  store(tile + lanes, as_floats(words & 0xFFFF0000u), lanes);
}

// Every second word of two vectors: the first of each pair, and the other.
INLINE Words first_words(Words a, Words b) {
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}
INLINE Words second_words(Words a, Words b) {
  return __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

// As turn_columns, of sixteen rows of `W` words (1, 2 or 4), which are vectors without gaps.
template <int W>
INLINE void turn_narrow(const uint16_t* b, float* tile) {
  Words v[W], columns[W];
  memcpy(&v, b, sizeof v);
  if constexpr (W == 1) {
    columns[0] = v[0];
  } else if constexpr (W == 2) {
    columns[0] = first_words(v[0], v[1]);
    columns[1] = second_words(v[0], v[1]);
  } else {
    const Words even[2] = {first_words(v[0], v[1]), first_words(v[2], v[3])};
    const Words odd[2] = {second_words(v[0], v[1]), second_words(v[2], v[3])};
    columns[0] = first_words(even[0], even[1]);
    columns[1] = first_words(odd[0], odd[1]);
    columns[2] = second_words(even[0], even[1]);
    columns[3] = second_words(odd[0], odd[1]);
  }
  for (int k = 0; k < W; ++k) store_halves(columns[k], tile + 2 * k * lanes);
}

// Columns that are turned at once. A tile has room for a multiple of them; what is behind the last column means nothing.
constexpr int64_t columns_at_once = 8;

// tile[c][i] = b[i][c] in float32, of the first sixteen of `rows` rows; zero where there are fewer. `tile`: [width, 16]
INLINE void turn_columns(const uint16_t* b, int64_t width, int64_t rows, float* tile) {
  if (width == 1) return store(tile, load(b, rows), lanes);
  if (rows >= lanes) {
    if (width == 2) return turn_narrow<1>(b, tile);
    if (width == 4) return turn_narrow<2>(b, tile);
    if (width == 8) return turn_narrow<4>(b, tile);
  }
  const uint16_t* end = b + rows * width;
  for (int64_t c = 0; c < width; c += columns_at_once) {
    Words four[4], columns[4];
    // Behind a row lies the next one, whose numbers are read and mean nothing; behind the last one nothing may be read.
    if (b + 15 * width + c + columns_at_once <= end) {
      for (int j = 0; j < 4; ++j) {
        const uint16_t* p = b + j * width + c;
        const auto row = [&](int64_t i) { return load_quarter(p + i * width, 8); };
        four[j] = joined(row(0), row(4), row(8), row(12));
      }
    } else {
      const auto row = [&](int64_t i) { return load_quarter(b + i * width + c, rows > i ? end - (b + i * width + c) : 0); };
      for (int j = 0; j < 4; ++j) four[j] = joined(row(j), row(j + 4), row(j + 8), row(j + 12));
    }
    turn_words(four, columns);
    for (int k = 0; k < 4; ++k) store_halves(columns[k], tile + (c + 2 * k) * lanes);
  }
}
