// Matrices of 4 bits a number, written as bfloat16 for a product. Two codes in a byte, the even column in the lower half.
#pragma once
#include "Numbers.h"

// NormalFloat: quantiles of the normal distribution (QLoRA, arXiv 2305.14314, appendix E).
TABLE float normal_floats[16] = {
    -1.0f,                 -0.6961928009986877f,  -0.5250730514526367f, -0.39491748809814453f,
    -0.28444138169288635f, -0.18477343022823334f, -0.09105003625154495f, 0.0f,
    0.07958029955625534f,  0.16093020141124725f,  0.24611230194568634f, 0.33791524171829224f,
    0.44070982933044434f,  0.5626170039176941f,   0.7229568362236023f,  1.0f};

DEVICE i32 code_at(const u8* row, i64 column) { return row[column / 2] >> 4 * (column % 2) & 15; }

// out [rows, width] = table[codes [rows, width / 2]] · scales [rows, width / 64].
DEVICE void dequantize_nf4(i64 rows, i64 width, const u8* codes, const float* scales, u16* out) {
  FOR_ROWS(row, rows) {
    FOR_COLUMNS(f, width) {
      const float scale = scales[row * ((width + 63) / 64) + f / 64];
      Four values;
      for (int i = 0; i < 4; ++i) {
        values.v[i] = f + i < width ? normal_floats[code_at(codes + row * (width / 2), f + i)] * scale : 0.0f;
      }
      store(out + row * width + f, values, width - f);
    }
  }
}

// out = (code − zero) · scale; scales and zeros [rows, groups], group_of [width].
DEVICE void dequantize_int4(i64 rows, i64 width, i64 groups, const u8* codes, const float* scales, const float* zeros,
                            const i32* group_of, u16* out) {
  FOR_ROWS(row, rows) {
    FOR_COLUMNS(f, width) {
      Four values;
      for (int i = 0; i < 4; ++i) {
        values.v[i] = 0.0f;
        if (f + i >= width) continue;
        const i64 group = row * groups + group_of[f + i];
        values.v[i] = ((float)code_at(codes + row * (width / 2), f + i) - zeros[group]) * scales[group];
      }
      store(out + row * width + f, values, width - f);
    }
  }
}

KERNEL accrete_dequantize_nf4(i64 rows, i64 width, const u8* codes, const float* scales, u16* out) {
  dequantize_nf4(rows, width, codes, scales, out);
}
KERNEL accrete_dequantize_int4(i64 rows, i64 width, i64 groups, const u8* codes, const float* scales, const float* zeros,
                               const i32* group_of, u16* out) {
  dequantize_int4(rows, width, groups, codes, scales, zeros, group_of, out);
}
