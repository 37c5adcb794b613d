// Sums and copies over whole buffers. No include guard: included once for each instruction set.

// Numbers whose squares are added in the lanes of one vector; the sums of blocks are added in double, in their order: the same
// bits for any number of threads.
constexpr int64_t square_block = 1 << 14;

static void square_sums(int64_t count, const float* x, double* sums, int32_t threads) {
  const int64_t blocks = (count + square_block - 1) / square_block;
  each(blocks, 4, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t block = begin; block < end; ++block) {
      const int64_t stop = std::min(count, (block + 1) * square_block);
      V parts[4] = {};
      int64_t i = block * square_block;
      for (; i + 4 * lanes <= stop; i += 4 * lanes) {
        for (int t = 0; t < 4; ++t) {
          const V value = load(x + i + t * lanes, lanes);
          parts[t] = parts[t] + value * value;
        }
      }
      for (; i < stop; i += lanes) {
        const V value = load(x + i, stop - i);
        parts[0] = parts[0] + value * value;
      }
      sums[block] = total((parts[0] + parts[1]) + (parts[2] + parts[3]));
    }
  });
}

// out[ids[t]] += x[t], in the order of t: each thread has some of the columns.
static void add_rows(int64_t tokens, int64_t width, const int64_t* ids, const float* x, float* out, int32_t threads) {
  const int64_t columns = (width + lanes - 1) / lanes;
  each(columns, 4, threads, [&](int64_t begin, int64_t end, int32_t) {
    const int64_t first = begin * lanes, last = std::min(width, end * lanes);
    for (int64_t t = 0; t < tokens; ++t) {
      float* row = out + ids[t] * width;
      for (int64_t f = first; f < last; f += lanes) {
        store(row + f, load(row + f, last - f) + load(x + t * width + f, last - f), last - f);
      }
    }
  });
}

// x = keep · x + factor · y.
static void blend(int64_t count, float keep, float* x, float factor, const float* y, int32_t threads) {
  each(count, 1 << 14, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t i = begin; i < end; i += lanes) {
      const int64_t n = end - i;
      store(x + i, load(x + i, n) * keep + load(y + i, n) * factor, n);
    }
  });
}

// x[i][j] = x[j][i] for rows i below `first` and columns j from there on, matrix by matrix: sixteen by sixteen, so that no line of the
// cache is fetched twice.
static void mirror(int64_t matrices, int64_t rows, int64_t first, float* x, int32_t threads) {
  each(matrices, 1, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (float* matrix = x + begin * rows * rows; matrix < x + end * rows * rows; matrix += rows * rows) {
      for (int64_t j = first; j < rows; j += lanes) {
        for (int64_t i = 0; i < first; i += lanes) {
          for (int64_t column = j; column < std::min(rows, j + lanes); ++column) {
            for (int64_t row = i; row < std::min(first, i + lanes); ++row) {
              matrix[row * rows + column] = matrix[column * rows + row];
            }
          }
        }
      }
    }
  });
}
