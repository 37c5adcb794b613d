// Matrices in codes of 4 or 8 bits, made and read. No include guard: included once for each instruction set.
//
// A number is one product of what its code stands for and a scale, so that every set makes the same bits of it.

typedef uint8_t Codes __attribute__((vector_size(16)));
typedef uint8_t PackedCodes __attribute__((vector_size(8)));

constexpr int64_t nf4_block = 64;

INLINE int64_t bytes_of_row(AccreteCoding coding, int64_t inputs) {
  return coding == accrete_fp8 ? inputs : (inputs + 1) / 2;
}

// The levels of `count` (1 to 16) codes of NF4.
INLINE V nf4_values(const uint8_t* bytes, int64_t count) {
  float values[lanes] = {};
  for (int64_t j = 0; j < (count + 1) / 2; ++j) memcpy(values + 2 * j, nf4_pairs.of[bytes[j]], sizeof nf4_pairs.of[0]);
  return load(values, lanes);
}

// The numbers of `count` (1 to 16) codes of e4m3fn: sign, four bits of exponent (bias 7), three of mantissa.
INLINE V fp8_values(const uint8_t* bytes, int64_t count) {
  Codes codes{};
  memcpy(&codes, bytes, static_cast<size_t>(std::min(lanes, count)));
  const Words words = __builtin_convertvector(codes, Words), size = words & 0x7Fu;
  const Words normal = (size << 20) + (120u << 23);
  V value;
  memcpy(&value, &normal, sizeof value);
  // Below 2⁻⁶ the mantissa counts in steps of 2⁻⁹.
  const V small = __builtin_convertvector(__builtin_convertvector(size, Integers), V) * 0x1p-9f;
  value = size < 8u ? small : value;
  Words bits;
  memcpy(&bits, &value, sizeof bits);
  bits |= (words & 0x80u) << 24;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// `count` (1 to 16) codes of 4 bits as numbers from 0 to 15.
INLINE V int4_values(const uint8_t* bytes, int64_t count) {
  PackedCodes packed{};
  memcpy(&packed, bytes, static_cast<size_t>(std::min(lanes, count) + 1) / 2);
  const PackedCodes low = packed & 15, high = packed >> 4;
  const Codes codes = __builtin_shufflevector(low, high, 0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15);
  return __builtin_convertvector(__builtin_convertvector(codes, Integers), V);
}

// Sixteen columns of a row of int4, or what is left of it.
INLINE V int4_group(const AccreteCodes& c, int64_t row, int64_t column, int64_t count, V value) {
  const float *scales = c.scales + row * c.groups, *zeros = c.zeros + row * c.groups;
  if (c.group == nullptr && c.group_size % lanes == 0) {
    const int64_t group = column / c.group_size;
    return (value - zeros[group]) * scales[group];
  }
  V zero{}, scale{};
  for (int64_t j = 0; j < std::min(lanes, count); ++j) {
    const int64_t group = c.group != nullptr ? c.group[column + j] : (column + j) / c.group_size;
    zero[j] = zeros[group];
    scale[j] = scales[group];
  }
  return (value - zero) * scale;
}

// `count` columns of a row from `column` on, a multiple of 16.
INLINE void decode_row(const AccreteCodes& c, int64_t row, int64_t column, int64_t count, float* out) {
  const uint8_t* bytes = c.codes + row * bytes_of_row(c.coding, c.inputs);
  switch (c.coding) {
    case accrete_nf4:
      for (int64_t i = 0; i < count; i += lanes) {
        const float scale = c.scales[row * c.groups + (column + i) / nf4_block];
        store(out + i, nf4_values(bytes + (column + i) / 2, count - i < lanes ? count - i : lanes) * scale, count - i);
      }
      break;
    case accrete_fp8:
      for (int64_t i = 0; i < count; i += lanes) {
        store(out + i, fp8_values(bytes + column + i, count - i) * c.scales[row], count - i);
      }
      break;
    case accrete_int4:
      for (int64_t i = 0; i < count; i += lanes) {
        const V value = int4_values(bytes + (column + i) / 2, count - i);
        store(out + i, int4_group(c, row, column + i, count - i, value), count - i);
      }
      break;
  }
}

static void decode(const AccreteCodes& c, int64_t row, int64_t rows, int64_t column, int64_t columns, float* out,
                   int32_t threads) {
  const int64_t grain = std::max<int64_t>(1, 16384 / std::max<int64_t>(columns, 1));
  each(rows, grain, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t r = begin; r < end; ++r) decode_row(c, row + r, column, columns, out + r * columns);
  });
}

// As `product`: four outputs are decoded once and then met by all rows.
static void coded_product(const AccreteCodes& c, const AccreteProduct& s, float* out) {
  const int64_t blocks = (s.outputs + output_block - 1) / output_block;
  const int64_t grain = std::max<int64_t>(1, 32768 / std::max<int64_t>(1, s.inputs * s.rows * output_block));
  each(blocks, grain, s.threads, [&](int64_t begin, int64_t end, int32_t) {
    float* memory = scratch(output_block * s.inputs);
    for (int64_t number = begin; number < end; ++number) {
      const int64_t output = number * output_block, wanted = std::min<int64_t>(output_block, s.outputs - output);
      for (int64_t o = 0; o < wanted; ++o) decode_row(c, output + o, 0, s.inputs, memory + o * s.inputs);
      product_rows<output_block>(Group<float, float>{s, s.x, memory, output, wanted, false, out});
    }
  });
}

INLINE float largest_size(const float* x, int64_t count) {
  V top{};
  for (int64_t f = 0; f < count; f += lanes) {
    V value = load(x + f, count - f);
    value = value < 0.0f ? -value : value;
    top = value > top ? value : top;
  }
  return largest(top);
}

INLINE void encode_nf4(int64_t width, const float* x, uint8_t* codes, float* scales) {
  for (int64_t start = 0; start < width; start += nf4_block) {
    const int64_t size = std::min(nf4_block, width - start);
    const float top = largest_size(x + start, size);
    scales[start / nf4_block] = top;
    for (int64_t f = start; f < start + size; f += lanes) {
      const int64_t n = std::min(lanes, start + size - f);
      V value = load(x + f, n);
      if (top > 0) value = value / splat(top);
      Integers code{};
      for (int k = 0; k < 15; ++k) code -= value > splat(nf4_bound(k));
      for (int64_t j = 0; j < n; j += 2) {
        // Beyond the last column lies level 7, which is 0.
        const int32_t high = j + 1 < n ? code[j + 1] : 7;
        codes[(f + j) / 2] = static_cast<uint8_t>(code[j] | high << 4);
      }
    }
  }
}

INLINE void encode_fp8(int64_t width, const float* x, uint8_t* codes, float* scales) {
  const float scale = largest_size(x, width) / 448.0f;
  *scales = scale;
  for (int64_t f = 0; f < width; f += lanes) {
    V value = load(x + f, width - f);
    if (scale > 0) value = value / splat(scale);
    Words bits;
    memcpy(&bits, &value, sizeof bits);
    const Words sign = (bits >> 24) & 0x80u;
    bits &= 0x7FFFFFFFu;
    V size;
    memcpy(&size, &bits, sizeof size);
    // To the nearest, ties to even: of three bits of mantissa, or of steps of 2⁻⁹.
    const Words normal = ((bits + 0x7FFFFu + ((bits >> 20) & 1u)) >> 20) - (120u << 3);
    const V rounder = splat(12582912.0f);
    const V limited = size < 1.0f ? size : splat(1.0f);
    const Words small = __builtin_convertvector(
        __builtin_convertvector(limited * 512.0f + rounder - rounder, Integers), Words);
    Words code = size < 0x1p-6f ? small : normal;
    const Words most = Words{} + 0x7Eu;
    code = (code < most ? code : most) | sign;
    const Codes bytes = __builtin_convertvector(code, Codes);
    memcpy(codes + f, &bytes, static_cast<size_t>(std::min(lanes, width - f)));
  }
}

static void encode(AccreteCoding coding, int64_t rows, int64_t width, const float* x, uint8_t* codes, float* scales,
                   int32_t threads) {
  const int64_t bytes = bytes_of_row(coding, width), blocks = (width + nf4_block - 1) / nf4_block;
  each(rows, 4, threads, [&](int64_t begin, int64_t end, int32_t) {
    for (int64_t row = begin; row < end; ++row) {
      const float* from = x + row * width;
      if (coding == accrete_fp8) {
        encode_fp8(width, from, codes + row * bytes, scales + row);
      } else {
        encode_nf4(width, from, codes + row * bytes, scales + row * blocks);
      }
    }
  });
}
