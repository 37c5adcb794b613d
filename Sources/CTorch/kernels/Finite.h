// Numbers that are none. No include guard: included once for each instruction set.

// The place of the first word all of whose bits of `exponent` are set: infinite, or no number; −1 where there is none. Words may
// lie anywhere.
template <class Word>
INLINE int64_t first_with(int64_t count, const Word* x, uint64_t exponent) {
  // As many as fit the first cache: the pass that hashes them finds them there.
  constexpr int64_t block = 2048;
  const auto all = static_cast<typename std::remove_cv<Word>::type>(exponent);
  for (int64_t start = 0; start < count; start += block) {
    const int64_t end = std::min(start + block, count);
    int32_t found = 0;
    for (int64_t i = start; i < end; ++i) found |= (x[i] & all) == all;
    if (found == 0) continue;
    for (int64_t i = start; i < end; ++i) {
      if ((x[i] & all) == all) return i;
    }
  }
  return -1;
}

typedef uint16_t Word16 __attribute__((aligned(1), may_alias));
typedef uint32_t Word32 __attribute__((aligned(1), may_alias));
typedef uint64_t Word64 __attribute__((aligned(1), may_alias));

static void first_not_finite(int64_t count, const void* x, int32_t size, uint64_t exponent, int64_t* place) {
  switch (size) {
    case 2: *place = first_with(count, static_cast<const Word16*>(x), exponent); break;
    case 4: *place = first_with(count, static_cast<const Word32*>(x), exponent); break;
    default: *place = first_with(count, static_cast<const Word64*>(x), exponent); break;
  }
}
