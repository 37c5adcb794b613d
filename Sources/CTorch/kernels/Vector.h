// Sixteen floats at once. No include guard: included once for each instruction set, in a namespace of its own.

typedef float V __attribute__((vector_size(64)));
typedef float Unaligned __attribute__((vector_size(64), aligned(4)));
typedef int32_t Integers __attribute__((vector_size(64)));
typedef uint32_t Words __attribute__((vector_size(64)));

constexpr int64_t lanes = 16;

INLINE V splat(float x) { return V{} + x; }

// `count` (1 to 16) floats; zero beyond.
INLINE V load(const float* p, int64_t count) {
  if (count >= lanes) return *reinterpret_cast<const Unaligned*>(p);
  V v{};
  memcpy(&v, p, static_cast<size_t>(count) * sizeof(float));
  return v;
}

INLINE void store(float* p, V v, int64_t count) {
  if (count >= lanes) {
    *reinterpret_cast<Unaligned*>(p) = v;
  } else {
    memcpy(p, &v, static_cast<size_t>(count) * sizeof(float));
  }
}

// The same of bfloat16 numbers, which are the upper halves of floats: widened as they are read, rounded to the nearest (to even) as they
// are written.
typedef uint16_t Halves __attribute__((vector_size(32)));

INLINE V load(const uint16_t* p, int64_t count) {
  Halves bits{};
  if (count >= lanes) {
    memcpy(&bits, p, sizeof bits);
  } else {
    memcpy(&bits, p, static_cast<size_t>(count) * sizeof(uint16_t));
  }
  const Words words = __builtin_convertvector(bits, Words) << 16;
  V v;
  memcpy(&v, &words, sizeof v);
  return v;
}

INLINE void store(uint16_t* p, V v, int64_t count) {
  Words words;
  memcpy(&words, &v, sizeof words);
  words = (words + 0x7FFFu + ((words >> 16) & 1u)) >> 16;
  const Words quiet = Words{} + 0x7FC0u;
  words = v == v ? words : quiet;
  const Halves bits = __builtin_convertvector(words, Halves);
  memcpy(p, &bits, static_cast<size_t>(count >= lanes ? lanes : count) * sizeof(uint16_t));
}

// Copies numbers of either type to floats, and floats to either type.
INLINE void widen_to(float* out, const float* x, int64_t count) { memcpy(out, x, static_cast<size_t>(count) * sizeof(float)); }
INLINE void widen_to(float* out, const uint16_t* x, int64_t count) {
  for (int64_t i = 0; i < count; i += lanes) store(out + i, load(x + i, count - i), count - i);
}
INLINE void narrow_to(float* out, const float* x, int64_t count) { memcpy(out, x, static_cast<size_t>(count) * sizeof(float)); }
INLINE void narrow_to(uint16_t* out, const float* x, int64_t count) {
  for (int64_t i = 0; i < count; i += lanes) store(out + i, load(x + i, count - i), count - i);
}

// body(x) with memory as what it holds: bfloat16 where `half`, else float.
template <typename Body>
INLINE void typed(bool half, Body body) {
  if (half) {
    body(uint16_t{});
  } else {
    body(float{});
  }
}

INLINE float total(V v) {
  float parts[lanes];
  memcpy(parts, &v, sizeof v);
  for (int64_t half = lanes / 2; half > 0; half /= 2) {
    for (int64_t i = 0; i < half; ++i) parts[i] += parts[i + half];
  }
  return parts[0];
}

INLINE float largest(V v) {
  float parts[lanes];
  memcpy(parts, &v, sizeof v);
  for (int64_t half = lanes / 2; half > 0; half /= 2) {
    for (int64_t i = 0; i < half; ++i) parts[i] = parts[i] > parts[i + half] ? parts[i] : parts[i + half];
  }
  return parts[0];
}

// Of a row; `count` is 1 at least.
INLINE float largest(const float* x, int64_t count) {
  V top = splat(x[0]);
  int64_t i = 0;
  for (; i + lanes <= count; i += lanes) {
    const V value = load(x + i, lanes);
    top = value > top ? value : top;
  }
  float result = largest(top);
  for (; i < count; ++i) result = x[i] > result ? x[i] : result;
  return result;
}

// e^x to about one unit in the last place (Cephes' polynomial); saturates at the ends of the range.
INLINE V exponential(V x) {
  x = x < -87.0f ? splat(-87.0f) : x;
  x = x > 88.0f ? splat(88.0f) : x;
  const V rounder = splat(12582912.0f);
  V n = x * 1.44269504f + rounder;
  n = n - rounder;
  V r = x - n * 0.693359375f;
  r = r - n * -2.12194440e-4f;
  V p = splat(1.9875691500e-4f);
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1.0f;
  Integers exponent = (__builtin_convertvector(n, Integers) + 127) << 23;
  V scale;
  memcpy(&scale, &exponent, sizeof scale);
  return p * scale;
}

INLINE V sigmoid(V x) { return 1.0f / (1.0f + exponential(-x)); }

// 0 or the scale for sixteen columns of a row.
INLINE V dropout_mask(AccreteDropout dropout, uint64_t key, int64_t row, int64_t column) {
  const Words counts{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  const uint32_t start = static_cast<uint32_t>(key) + static_cast<uint32_t>(row) * 0x9E3779B1u + static_cast<uint32_t>(column);
  Words x = counts + start;
  x ^= x >> 16;
  x *= 0x7FEB352Du;
  x ^= x >> 15;
  x ^= static_cast<uint32_t>(key >> 32);
  x *= 0x846CA68Bu;
  x ^= x >> 16;
  return x >= dropout.threshold ? splat(dropout.scale) : V{};
}
