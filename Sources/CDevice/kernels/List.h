// The kernels by name. FREE: threads never wait for each other, and blocks of the grid's second dimension share a row. BLOCK: they do.
#pragma once

#define ACCRETE_BOTH(ENTRY, name) ENTRY(accrete_##name##_bf16) ENTRY(accrete_##name##_f32)
#define ACCRETE_NORMS(ENTRY, name) ENTRY(accrete_##name##_f32_f32) ENTRY(accrete_##name##_f32_bf16) ENTRY(accrete_##name##_bf16_bf16)

#define ACCRETE_KERNELS(FREE, BLOCK)                                                                             \
  ACCRETE_BOTH(FREE, dropout)                                                                                    \
  ACCRETE_BOTH(FREE, glu_forward) ACCRETE_BOTH(FREE, glu_backward)                                               \
  ACCRETE_BOTH(FREE, mixture_forward) ACCRETE_BOTH(FREE, mixture_backward)                                       \
  ACCRETE_BOTH(BLOCK, mixture_backward_shares)                                                                   \
  ACCRETE_NORMS(BLOCK, norm_forward) ACCRETE_NORMS(BLOCK, norm_backward)                                         \
  ACCRETE_BOTH(FREE, rotate)                                                                                     \
  ACCRETE_BOTH(BLOCK, cross_entropy)                                                                             \
  ACCRETE_BOTH(BLOCK, shrink) ACCRETE_BOTH(FREE, expand)                                                         \
  ACCRETE_BOTH(BLOCK, quantize_rows) ACCRETE_BOTH(BLOCK, quantize_rows_fp8)                                      \
  FREE(accrete_dequantize_nf4) FREE(accrete_dequantize_int4)                                                     \
  BLOCK(accrete_square_sum) FREE(accrete_ordered_sum)
