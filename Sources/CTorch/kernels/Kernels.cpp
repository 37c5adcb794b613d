// Compiles the kernels for several instruction sets and picks one at run time: one binary for every machine.

#include "Kernels.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <type_traits>
#include <vector>

#include "InstructionSet.h"
#include "Levels.h"
#include "Parallel.h"

#ifdef ACCRETE_X86
#include <immintrin.h>
#endif

// Vectors are passed between inlined functions of this file only, so that no calling convention matters.
#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE static inline __attribute__((always_inline))

namespace accrete {
namespace {

// A gradient that every thread collects for itself; added up in the order of threads.
class Partials {
 public:
  Partials(float* target, size_t count, int32_t parts) : target_(target), count_(count), parts_(parts) {
    if (target != nullptr && parts > 1) memory_.resize(count * static_cast<size_t>(parts - 1));
  }

  // The first thread writes to the target itself.
  float* of(int32_t thread) {
    if (target_ == nullptr || thread == 0) return target_;
    return memory_.data() + count_ * static_cast<size_t>(thread - 1);
  }

  void add() {
    if (target_ == nullptr) return;
    for (int32_t thread = 1; thread < parts_; ++thread) {
      const float* part = of(thread);
      for (size_t i = 0; i < count_; ++i) target_[i] += part[i];
    }
  }

 private:
  float* target_;
  size_t count_;
  int32_t parts_;
  std::vector<float> memory_;
};

namespace plain {
#include "Vector.h"
#include "Activation.h"
#include "LowRank.h"
#include "Mixture.h"
#include "Norm.h"
#include "GatedLinearUnit.h"
#include "Sums.h"
#include "Routing.h"
#include "CrossEntropy.h"
#include "Attention.h"
#include "AttentionBackward.h"
#include "CachedAttention.h"
#include "Product.h"
#include "Turned.h"
#include "Segments.h"
#include "Quantize.h"
#include "Coded.h"
#include "Finite.h"
}  // namespace plain

#ifdef ACCRETE_X86
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
namespace avx2 {
#include "Vector.h"
#include "Activation.h"
#include "LowRank.h"
#include "Mixture.h"
#include "Norm.h"
#include "GatedLinearUnit.h"
#include "Sums.h"
#include "Routing.h"
#include "CrossEntropy.h"
#include "Attention.h"
#include "AttentionBackward.h"
#include "CachedAttention.h"
#include "Product.h"
#include "Turned.h"
#include "Segments.h"
#include "Quantize.h"
#include "Coded.h"
#include "Finite.h"
}  // namespace avx2
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,fma"))), apply_to = function)
namespace avx512 {
#include "Vector.h"
#include "Activation.h"
#include "LowRank.h"
#include "Mixture.h"
#include "Norm.h"
#include "GatedLinearUnit.h"
#include "Sums.h"
#include "Routing.h"
#include "CrossEntropy.h"
#include "Attention.h"
#include "AttentionBackward.h"
#include "CachedAttention.h"
#include "Product.h"
#include "Turned.h"
#include "Segments.h"
#include "Quantize.h"
#include "Coded.h"
#include "Finite.h"
}  // namespace avx512
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,fma"))), apply_to = function)
#define ACCRETE_HALF_PRODUCTS 1
namespace avx512_bf16 {
#include "Vector.h"
#include "Product.h"
}  // namespace avx512_bf16
#undef ACCRETE_HALF_PRODUCTS
#pragma clang attribute pop
#endif

}  // namespace
}  // namespace accrete

#ifdef ACCRETE_X86
#define ACCRETE_DISPATCH(call)                                \
  switch (accrete::instruction_set()) {                       \
    case accrete_avx512: accrete::avx512::call; break;        \
    case accrete_avx2: accrete::avx2::call; break;            \
    case accrete_plain: accrete::plain::call; break;          \
  }
#else
#define ACCRETE_DISPATCH(call) accrete::plain::call
#endif

extern "C" {

void accrete_dropout_mask(AccreteDropout dropout, uint64_t key, int64_t rows, int64_t width, float* mask) {
  using namespace accrete::plain;
  for (int64_t row = 0; row < rows; ++row) {
    for (int64_t f = 0; f < width; f += lanes) {
      store(mask + row * width + f, dropout_mask(dropout, key, row, f), width - f);
    }
  }
}

void accrete_reduce(const AccreteReduction* reduction, float* reduced) { ACCRETE_DISPATCH(reduce(*reduction, reduced)); }

void accrete_reduce_backward(const AccreteReduction* reduction, const float* gradient, const float* flow,
                             float* a_gradient, void* x_gradient) {
  ACCRETE_DISPATCH(reduce_backward(*reduction, gradient, flow, a_gradient, x_gradient));
}

void accrete_mixture_forward(const AccreteMixture* mixture, void* mixed, float* down, float* first) {
  if (mixture->experts == 2) {
    ACCRETE_DISPATCH(mixture_forward<2>(*mixture, mixed, down, first));
  } else {
    ACCRETE_DISPATCH(mixture_forward<1>(*mixture, mixed, down, first));
  }
}

void accrete_mixture_backward(const AccreteMixture* mixture, const AccreteMixtureGradients* gradients) {
  if (mixture->experts == 2) {
    ACCRETE_DISPATCH(mixture_backward<2>(*mixture, *gradients));
  } else {
    ACCRETE_DISPATCH(mixture_backward<1>(*mixture, *gradients));
  }
}

void accrete_norm_forward(const AccreteNorm* norm, const void* x, const void* addend, void* sum, void* normed) {
  ACCRETE_DISPATCH(norm_forward(*norm, x, addend, sum, normed));
}

void accrete_norm_backward(const AccreteNorm* norm, const void* gradient, const void* x, const void* rest, void* result) {
  ACCRETE_DISPATCH(norm_backward(*norm, gradient, x, rest, result));
}

void accrete_norm_weight_backward(int64_t tokens, int64_t width, const float* gradient, const float* x, float epsilon,
                                  float* weight_gradient, int32_t threads) {
  ACCRETE_DISPATCH(norm_weight_backward(tokens, width, gradient, x, epsilon, weight_gradient, threads));
}

void accrete_glu_forward(AccreteActivation activation, bool half, int64_t count, const void* gate, const void* up, void* out,
                         int32_t threads) {
  ACCRETE_DISPATCH(glu_forward(activation, half, count, gate, up, out, threads));
}

void accrete_glu_backward(AccreteActivation activation, bool half, int64_t count, const void* gradient, const void* gate,
                          const void* up, void* by_gate, void* by_up, int32_t threads) {
  ACCRETE_DISPATCH(glu_backward(activation, half, count, gradient, gate, up, by_gate, by_up, threads));
}

void accrete_cross_entropy(int64_t rows, int64_t width, int64_t stride, const int64_t* targets, float scale, float* logits,
                           float* losses, int32_t threads) {
  ACCRETE_DISPATCH(cross_entropy(rows, width, stride, targets, scale, logits, losses, threads));
}

double accrete_square_sum(int64_t count, const float* x, int32_t threads) {
  std::vector<double> sums(static_cast<size_t>(count / accrete::plain::square_block + 1));
  ACCRETE_DISPATCH(square_sums(count, x, sums.data(), threads));
  double sum = 0;
  for (const double part : sums) sum += part;
  return sum;
}

void accrete_add_rows(int64_t tokens, int64_t width, const int64_t* ids, const float* x, float* out, int32_t threads) {
  ACCRETE_DISPATCH(add_rows(tokens, width, ids, x, out, threads));
}

void accrete_blend(int64_t count, float keep, float* x, float factor, const float* y, int32_t threads) {
  ACCRETE_DISPATCH(blend(count, keep, x, factor, y, threads));
}

void accrete_mirror(int64_t matrices, int64_t rows, int64_t first, float* x, int32_t threads) {
  ACCRETE_DISPATCH(mirror(matrices, rows, first, x, threads));
}

void accrete_combine(const AccreteCombination* combination, const float* weights, const float* addend, float* out) {
  ACCRETE_DISPATCH(combine(*combination, weights, addend, out));
}

void accrete_combine_backward(const AccreteCombination* combination, const float* weights, const float* gradient,
                              const float* visited, float* by_weights, float* by_rows) {
  ACCRETE_DISPATCH(combine_backward(*combination, weights, gradient, visited, by_weights, by_rows));
}

void accrete_attention_forward(const AccreteAttention* attention, void* out, float* statistics) {
  ACCRETE_DISPATCH(attention_forward(*attention, out, statistics));
}

void accrete_attention_backward(const AccreteAttention* attention, const AccreteAttentionGradients* gradients) {
  ACCRETE_DISPATCH(attention_backward(*attention, *gradients));
}

void accrete_cached_attention(const AccreteCachedAttention* attention, float* out) {
  ACCRETE_DISPATCH(cached_attention(*attention, out));
}

void accrete_add_low_rank(const AccreteLowRank* work, void* y) { ACCRETE_DISPATCH(add_low_rank(*work, y)); }

void accrete_feed_forward_activate(const AccreteFeedForward* block, void* mixed, float* reduced) {
  ACCRETE_DISPATCH(feed_forward_activate(*block, mixed, reduced));
}

void accrete_feed_forward_finish(const AccreteFeedForward* block, const float* reduced, void* y) {
  ACCRETE_DISPATCH(feed_forward_finish(*block, reduced, y));
}

void accrete_product(const AccreteProduct* work, float* out) {
#ifdef ACCRETE_X86
  if (work->half && work->rounds && accrete_has_half_products()) return accrete::avx512_bf16::product(*work, out);
#endif
  ACCRETE_DISPATCH(product(*work, out));
}

void accrete_argmax(int64_t rows, int64_t width, const float* x, int64_t* indices, int32_t threads) {
  ACCRETE_DISPATCH(argmax(rows, width, x, indices, threads));
}

void accrete_widen(int64_t rows, int64_t columns, int64_t stride, const uint16_t* x, float* out, int32_t threads) {
  ACCRETE_DISPATCH(widen(rows, columns, stride, x, out, threads));
}

void accrete_place(int64_t rows, int64_t columns, int64_t stride, const float* x, const float* addend, float* out,
                   int32_t threads) {
  ACCRETE_DISPATCH(place(rows, columns, stride, x, addend, out, threads));
}

int32_t accrete_multiplies_integers(void) {
#ifdef ACCRETE_X86
  return accrete::instruction_set() == accrete_avx512 && __builtin_cpu_supports("avx512vnni") ? 1 : 0;
#else
  return 0;
#endif
}

void accrete_quantize(int64_t rows, int64_t width, const float* x, const float* columns, int8_t* values, float* scales,
                      int32_t threads) {
  ACCRETE_DISPATCH(quantize(rows, width, x, columns, values, scales, threads));
}

int64_t accrete_first_not_finite(int64_t count, const void* x, int32_t size, uint64_t exponent) {
  int64_t index = -1;
  ACCRETE_DISPATCH(first_not_finite(count, x, size, exponent, &index));
  return index;
}

void accrete_dequantize(int64_t rows, int64_t width, const int32_t* sums, const float* scales, const float* columns,
                        const float* addend, float* out, int32_t threads) {
  ACCRETE_DISPATCH(dequantize(rows, width, sums, scales, columns, addend, out, threads));
}

void accrete_encode(AccreteCoding coding, int64_t rows, int64_t width, const float* x, uint8_t* codes, float* scales,
                    int32_t threads) {
  ACCRETE_DISPATCH(encode(coding, rows, width, x, codes, scales, threads));
}

void accrete_decode(const AccreteCodes* codes, int64_t row, int64_t rows, int64_t column, int64_t columns, float* out,
                    int32_t threads) {
  ACCRETE_DISPATCH(decode(*codes, row, rows, column, columns, out, threads));
}

void accrete_coded_product(const AccreteCodes* codes, const AccreteProduct* work, float* out) {
  ACCRETE_DISPATCH(coded_product(*codes, *work, out));
}

void accrete_rotate(bool half, int64_t tokens, int64_t heads, int64_t dim, const void* x, const float* cosines,
                    const float* sines, float sign, void* out, int32_t threads) {
  ACCRETE_DISPATCH(rotate(half, tokens, heads, dim, x, cosines, sines, sign, out, threads));
}

}  // extern "C"
