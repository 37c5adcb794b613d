// Masks that are computed, not stored (docs/protocol.md, "Dropout").
#pragma once
#include "Numbers.h"

struct Masks {
  u32 threshold;
  float scale;
};

// 0 or the scale.
DEVICE float mask_at(Masks masks, u64 key, i64 row, i64 column) {
  u32 x = (u32)key + (u32)row * 0x9E3779B1u + (u32)column;
  x ^= x >> 16;
  x *= 0x7FEB352Du;
  x ^= x >> 15;
  x ^= (u32)(key >> 32);
  x *= 0x846CA68Bu;
  x ^= x >> 16;
  return x >= masks.threshold ? masks.scale : 0.0f;
}

// The same, and 1 where nothing is dropped.
DEVICE float factor_at(Masks masks, u64 key, i64 row, i64 column) {
  return masks.threshold == 0 ? 1.0f : mask_at(masks, key, row, column);
}

// out = x ⊙ mask. [rows, width]
template <typename T>
DEVICE void dropout(i64 rows, i64 width, const T* x, Masks masks, u64 key, T* out) {
  FOR_ROWS(row, rows) {
    FOR_COLUMNS(f, width) {
      Four values = load(x + row * width + f, width - f);
      for (int i = 0; i < 4; ++i) values.v[i] *= mask_at(masks, key, row, f + i);
      store(out + row * width + f, values, width - f);
    }
  }
}

#define DEFINE(suffix, T)                                                                                          \
  KERNEL accrete_dropout_##suffix(i64 rows, i64 width, const T* x, u32 threshold, float scale, u64 key, T* out) { \
    dropout(rows, width, x, Masks{threshold, scale}, key, out);                                                    \
  }
FOR_BOTH_TYPES(DEFINE)
#undef DEFINE
