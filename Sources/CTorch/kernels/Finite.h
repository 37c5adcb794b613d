// Numbers that are not finite. No include guard: included once for each instruction set.

// A word at any address.
template <class Bits>
struct __attribute__((packed, may_alias)) Anywhere {
  Bits bits;
};

// The index of the first word all of whose bits of `exponent` are set: infinite or NaN; −1 where there is none.
template <class Bits>
INLINE int64_t first_with(int64_t count, const void* words, uint64_t exponent) {
  // A part fits the first cache; its words are looked at without a branch.
  constexpr int64_t part = 2048;
  const auto* x = static_cast<const Anywhere<Bits>*>(words);
  const Bits all = static_cast<Bits>(exponent);
  for (int64_t start = 0; start < count; start += part) {
    const int64_t end = std::min(start + part, count);
    Bits found = 0;
    for (int64_t i = start; i < end; ++i) found |= static_cast<Bits>((x[i].bits & all) == all);
    if (found == 0) continue;
    for (int64_t i = start; i < end; ++i) {
      if ((x[i].bits & all) == all) return i;
    }
  }
  return -1;
}

static void first_not_finite(int64_t count, const void* x, int32_t size, uint64_t exponent, int64_t* index) {
  switch (size) {
    case 2: *index = first_with<uint16_t>(count, x, exponent); break;
    case 4: *index = first_with<uint32_t>(count, x, exponent); break;
    default: *index = first_with<uint64_t>(count, x, exponent); break;
  }
}
