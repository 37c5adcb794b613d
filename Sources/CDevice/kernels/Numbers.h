// Numbers in memory: float32, and bfloat16 as its 16 bits.
#pragma once
#include "Device.h"

DEVICE float widened(float x) { return x; }
DEVICE float widened(u16 x) { return of_bits((u32)x << 16); }

// To the nearest, ties to even; all NaN are one, as on the CPU.
DEVICE u16 to_bf16(float x) {
  const u32 bits = bits_of(x);
  return x == x ? (u16)((bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16) : (u16)0x7FC0;
}

// Four neighbours, which a thread reads and writes at once where they lie so.
struct Four {
  float v[4];
};
struct alignas(16) FourWords {
  u32 v[4];
};
struct alignas(8) TwoWords {
  u32 v[2];
};

DEVICE bool is_aligned(const void* p, u64 bytes) { return ((u64)p & (bytes - 1)) == 0; }

// Four floats at once where `count` (1 at least) has so many; zero beyond.
DEVICE Four load(const float* p, i64 count) {
  Four x;
  if (count >= 4 && is_aligned(p, 16)) {
    const FourWords words = read_word<FourWords>(p);
    for (int i = 0; i < 4; ++i) x.v[i] = of_bits(words.v[i]);
  } else {
    for (int i = 0; i < 4; ++i) x.v[i] = i < count ? p[i] : 0.0f;
  }
  return x;
}

DEVICE Four load(const u16* p, i64 count) {
  Four x;
  if (count >= 4 && is_aligned(p, 8)) {
    const TwoWords words = read_word<TwoWords>(p);
    for (int i = 0; i < 2; ++i) {
      x.v[2 * i] = of_bits(words.v[i] << 16);
      x.v[2 * i + 1] = of_bits(words.v[i] & 0xFFFF0000u);
    }
  } else {
    for (int i = 0; i < 4; ++i) x.v[i] = i < count ? widened(p[i]) : 0.0f;
  }
  return x;
}

DEVICE void store(float* p, const Four& x, i64 count) {
  if (count >= 4 && is_aligned(p, 16)) {
    FourWords words;
    for (int i = 0; i < 4; ++i) words.v[i] = bits_of(x.v[i]);
    write_word(p, words);
  } else {
    for (int i = 0; i < 4; ++i) {
      if (i < count) p[i] = x.v[i];
    }
  }
}

DEVICE void store(u16* p, const Four& x, i64 count) {
  if (count >= 4 && is_aligned(p, 8)) {
    TwoWords words;
    for (int i = 0; i < 2; ++i) words.v[i] = (u32)to_bf16(x.v[2 * i]) | (u32)to_bf16(x.v[2 * i + 1]) << 16;
    write_word(p, words);
  } else {
    for (int i = 0; i < 4; ++i) {
      if (i < count) p[i] = to_bf16(x.v[i]);
    }
  }
}
