// Fused kernels for a CPU: what libtorch would do in many passes over memory. Numbers are float32. Those in memory without a type are bfloat16
// where `half` says so: they are widened as they are read, sums are in float32, and results are rounded once, to the nearest.
//
// Rows of tokens are contiguous. A rank is padded with zeros to a multiple of `accrete_rank_block`. Work is split by tokens
// over `threads` threads of libtorch's own pool; the same number of threads gives the same bits.

#ifndef ACCRETE_KERNELS_H
#define ACCRETE_KERNELS_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { accrete_rank_block = 8 };

// What the kernels are compiled for, from the smallest to the largest. All sets but the plain one have fused multiply-add and give the same
// bits as each other. The plain set rounds differently wherever a product is added to something (docs/protocol.md, "Processors").
typedef enum { accrete_plain, accrete_avx2, accrete_avx512 } AccreteInstructionSet;

// The largest that this processor has.
AccreteInstructionSet accrete_best_instruction_set(void);
// The one that the calling thread's kernels use: the largest, or that which the environment variable ACCRETE_ISA names.
AccreteInstructionSet accrete_instruction_set(void);
// What is wrong with ACCRETE_ISA, and the fix; NULL: nothing. Kernels then use the largest set, after a line on standard error.
const char* accrete_instruction_set_problem(void);
// Whether this processor has an instruction that multiplies bfloat16 numbers and adds in float32, and the set in use is the one that has it.
int32_t accrete_has_half_products(void);
// From now on, the calling thread's kernels use this set; -1: as above. For comparing sets in one process.
void accrete_use_instruction_set(int32_t set);

// Inverted dropout whose masks are computed, not stored. An element is dropped where a hash of key, row and column is below `threshold` = p
// · 2³² (docs/protocol.md, "Dropout"). With threshold 0 nothing is dropped.
typedef struct {
  uint32_t threshold;
  float scale;  // 1 / (1 − p)
} AccreteDropout;

// mask[row][column]: 0 or scale.
void accrete_dropout_mask(AccreteDropout dropout, uint64_t key, int64_t rows, int64_t width, float* mask);

// Low-rank factors A_k of several pairs on one input: reduced[token][k][r] = A_k drop_k(x).
typedef struct {
  int64_t tokens, width, rank, pairs;
  const void* x;         // [tokens, width]
  const float* a;        // [pairs, rank, width]
  const uint64_t* keys;  // [pairs]
  AccreteDropout dropout;
  int32_t threads;
  bool half;  // x and its gradient
} AccreteReduction;

void accrete_reduce(const AccreteReduction* reduction, float* reduced /* [tokens, pairs, rank] */);
// From the gradient of `reduced`: factor gradients are added to a_gradient [pairs, rank, width] (NULL: none), and Σ_k drop_k(A_kᵀ …) is
// added to x_gradient [tokens, width] (NULL: none). `flow`: what x_gradient is computed from, where it differs from `gradient` (NULL: the
// same).
void accrete_reduce_backward(const AccreteReduction* reduction, const float* gradient, const float* flow,
                             float* a_gradient, void* x_gradient);

// What the gate of a feed-forward block goes through.
typedef enum {
  accrete_silu,       // x σ(x)
  accrete_gelu_tanh,  // 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))
} AccreteActivation;

// The middle of a gated block under `experts` low-rank experts (1 or 2), mixed per token, with f the activation:
//
//     a_e = f(gate + B_2e p_2e) ⊙ (up + B_2e+1 p_2e+1)      mixed = Σ_e share_e a_e      down_e = A_e drop_e(a_e)
typedef struct {
  int64_t tokens, width, rank, experts;
  const void* gate;      // W_gate z [tokens, width]
  const void* up;        // W_up z [tokens, width]
  const float* reduced;  // p [tokens, 2 · experts, rank]
  const float* b;        // Bᵀ [2 · experts, rank, width]
  const float* a;        // [experts, rank, width]
  const float* shares;   // [tokens, experts]; NULL: 1
  const uint64_t* keys;  // [experts]
  AccreteDropout dropout;
  AccreteActivation activation;
  int32_t threads;
  bool half;  // gate, up, mixed and their gradients
} AccreteMixture;

void accrete_mixture_forward(const AccreteMixture* mixture, void* mixed /* [tokens, width] */,
                             float* down /* [tokens, experts, rank] */,
                             float* first /* a_0 [tokens, width], or NULL */);

typedef struct {
  const void* mixed;   // gradient of mixed [tokens, width]
  const float* down;   // gradient of down [tokens, experts, rank]
  // Another gradient that arrives at a_0 and down_0, the same for all tokens of a sequence; NULL: none.
  const float* sequence_first;  // [sequences, width]
  const float* sequence_down;   // [sequences, rank]
  const int32_t* sequence_of;   // [tokens]
  // Whether that one moves the factors only, and not gate, up and `flow`.
  bool isolated;
  void* gate;        // out: Σ_e gradient by gate [tokens, width], or NULL with `up`
  void* up;          // out
  float* reduced;    // out: gradient of p [tokens, 2 · experts, rank]
  float* flow;       // out: as `reduced` without the isolated part; written only if isolated
  float* shares;     // out: mixed-gradient · a_e [tokens, experts]; NULL: not wanted
  float* b;          // added to: [2 · experts, rank, width]
  float* a;          // added to: [experts, rank, width]
} AccreteMixtureGradients;

void accrete_mixture_backward(const AccreteMixture* mixture, const AccreteMixtureGradients* gradients);

typedef struct {
  int64_t tokens, width;
  const float* weight;  // [width]
  float epsilon;
  int32_t threads;
  bool half_input;   // x, sum, rest and the gradient by x
  bool half_output;  // addend, normed and the gradient by it
} AccreteNorm;

// sum = x + addend (addend NULL: sum is not written); normed = sum / sqrt(mean(sum²) + epsilon) ⊙ weight.
void accrete_norm_forward(const AccreteNorm* norm, const void* x, const void* addend, void* sum, void* normed);
// result = rest + the gradient by x, given that of normed. rest may be NULL.
void accrete_norm_backward(const AccreteNorm* norm, const void* gradient, const void* x, const void* rest, void* result);

// Adds the gradient by the weight, given that of normed. weight_gradient: [width]
void accrete_norm_weight_backward(int64_t tokens, int64_t width, const float* gradient, const float* x, float epsilon,
                                  float* weight_gradient, int32_t threads);

// out = f(gate) ⊙ up
void accrete_glu_forward(AccreteActivation activation, bool half, int64_t count, const void* gate, const void* up, void* out,
                         int32_t threads);
// The gradients by gate and up.
void accrete_glu_backward(AccreteActivation activation, bool half, int64_t count, const void* gradient, const void* gate,
                          const void* up, void* by_gate, void* by_up, int32_t threads);

// losses[row] = −ln softmax(logits)[target]; the logits become its gradient times scale. Targets are within the width; rows begin
// `stride` numbers after each other.
void accrete_cross_entropy(int64_t rows, int64_t width, int64_t stride, const int64_t* targets, float scale, float* logits,
                           float* losses, int32_t threads);

// Σ x², the same bits for any number of threads.
double accrete_square_sum(int64_t count, const float* x, int32_t threads);

// out[ids[t]] += x[t], in the order of t; ids are rows of out. x: [tokens, width].
void accrete_add_rows(int64_t tokens, int64_t width, const int64_t* ids, const float* x, float* out, int32_t threads);

// x = keep · x + factor · y.
void accrete_blend(int64_t count, float keep, float* x, float factor, const float* y, int32_t threads);

// x[m, i, j] = x[m, j, i] for i < first ≤ j: what symmetric matrices have above their lower blocks. x: [matrices, rows, rows].
void accrete_mirror(int64_t matrices, int64_t rows, int64_t first, float* x, int32_t threads);

// What experts made of the slots that visit them, row by row in some order: slot t · active + k of token t is at positions[slot].
typedef struct {
  int64_t tokens, count, active, width;  // count: tokens with the alignment padding behind them
  const float* rows;         // [positions, width]
  const int64_t* positions;  // [tokens, active]; any for a slot that visits no expert
  int32_t threads;
} AccreteCombination;

// out[t] = addend[t] (NULL: 0) + Σ_k weights[t, k] rows[positions[t, k]]; for the alignment padding addend[t] (NULL: 0). out may be addend.
void accrete_combine(const AccreteCombination* combination, const float* weights, const float* addend,
                     float* out /* [count, width] */);
// by_weights [tokens, active]: ⟨rows[positions[t, k]], gradient[t]⟩. by_rows [positions, width]: weights[t, k] gradient[t] at the positions
// of slots that visit an expert (visited ≠ 0). Each such slot has a position of its own; nothing is written elsewhere.
void accrete_combine_backward(const AccreteCombination* combination, const float* weights, const float* gradient,
                              const float* visited, float* by_weights, float* by_rows);

// Causal attention of packed sequences with a length of their own; query heads share key heads in groups. A token attends to earlier tokens
// of its sequence and to itself. With `groups`: only to those of group 0 or its own group. With a `window`: only to those whose position is less
// than that before its own.
typedef struct {
  int64_t sequences, heads, kv_heads, dim;
  int64_t window;            // 0: none
  const int64_t* starts;     // [sequences + 1]: where each sequence begins among the tokens
  const int32_t* groups;     // [tokens], or NULL
  const int32_t* positions;  // [tokens], or NULL: a token's number in its sequence
  const void* queries;       // [tokens, heads, dim]
  const void* keys;          // [tokens, kv_heads, dim]
  const void* values;        // [tokens, kv_heads, dim]
  float scale;
  int32_t threads;
  bool half;  // queries, keys, values, the output and their gradients
} AccreteAttention;

typedef struct {
  const void* out;            // what the forward pass gave
  const float* statistics;    // [tokens, heads]
  const void* out_gradient;   // [tokens, heads, dim]
  void* queries;              // written
  void* keys;                 // added to
  void* values;               // added to
} AccreteAttentionGradients;

// statistics: log Σ exp of each query's scores, for the backward pass; NULL: not wanted.
void accrete_attention_forward(const AccreteAttention* attention, void* out, float* statistics);
void accrete_attention_backward(const AccreteAttention* attention, const AccreteAttentionGradients* gradients);

// Tokens of a block of cached keys and values.
#define accrete_cache_block 64

// Attention of new tokens to cached ones and themselves, sequence by sequence. Token i of a sequence with `past` cached tokens attends to the
// first past + i + 1; with a `window`, to the last ones of these. Writes the new keys and values into the cache first, unless they are there
// already (keys NULL).
typedef struct {
  int64_t sequences, heads, kv_heads, dim;
  int64_t window;         // 0: none
  const int64_t* starts;  // [sequences + 1]: where each sequence begins among the new tokens
  const int64_t* past;    // [sequences]: tokens of each sequence that the cache holds already
  const float* queries;   // [tokens, heads, dim]
  const float* keys;      // [tokens, kv_heads, dim], or NULL
  const float* values;    // [tokens, kv_heads, dim], or NULL
  const int64_t* first_block;  // [sequences + 1]: where each sequence's blocks begin
  float* const* blocks;        // each keys [kv_heads, dim, 64], then values [kv_heads, 64, dim]
  float scale;
  int32_t threads;
} AccreteCachedAttention;

void accrete_cached_attention(const AccreteCachedAttention* attention, float* out /* [tokens, heads, dim] */);

// x Wᵀ (+ addend) in float32 for a few rows, with W as it lies in its file: nothing is packed beforehand. A result does not
// depend on the number of rows or threads.
typedef struct {
  int64_t rows, inputs, outputs;
  const float* x;        // [rows, inputs]
  const void* weight;    // [outputs, inputs]
  bool half;             // whether the weight is bfloat16; its numbers are widened, which is exact
  bool rounds;           // whether x is rounded to bfloat16 first; read where `half`. AVX512_BF16 then adds two products at a time
  const float* addend;   // [rows, outputs], or NULL
  int32_t threads;
} AccreteProduct;

void accrete_product(const AccreteProduct* product, float* out /* [rows, outputs] */);

// The factors of a low-rank pair, of which an output is scaling · B A x.
typedef struct {
  int64_t rank;    // any; 0: there is no pair
  float scaling;
  bool half;       // whether the factors are bfloat16; their numbers are widened, which is exact
  const void* a;   // [rank, inputs]
  const void* b;   // half: B as files have it, [outputs, rank]; else Bᵀ: [rank, outputs]
} AccreteFactors;

// Neighbouring tokens whose expert plugs into a projection.
typedef struct {
  int64_t first, count;
  AccreteFactors factors;
} AccreteSegment;

// The low-rank part of a projection, of tokens with different experts. A token's result depends on nothing but the token and its expert.
typedef struct {
  int64_t segments, inputs, outputs;
  const AccreteSegment* list;  // each token at most once
  const void* x;               // [tokens, inputs]
  bool half;                   // whether x and y are bfloat16; sums are float32
  int32_t threads;
} AccreteLowRank;

void accrete_add_low_rank(const AccreteLowRank* work, void* y /* [tokens, outputs] */);

// Neighbouring tokens with the same experts in a gated block.
typedef struct {
  int64_t first, count;
  int64_t experts;                  // 0: the base; 2: both, mixed per token by `shares`
  const float* shares;              // G, of which softmax(G x) weighs two experts: [2, hidden]; NULL: an expert counts fully
  AccreteFactors gate[2], up[2], down[2];
} AccreteBlockSegment;

// A gated block of tokens with different experts, around the block's own products, which are made once for all of them, with f the
// activation:
//
//     mixed = Σ_e β_e a_e,  a_e = f(gate + B1_e A1_e x) ⊙ (up + B3_e A3_e x)      y = W_down mixed + Σ_e B2_e A2_e β_e a_e
typedef struct {
  int64_t segments, hidden, intermediate;
  int64_t reduced;                  // numbers of a token in `reduced`: the most that a segment's `down` have together
  const AccreteBlockSegment* list;  // each token once
  const void* x;                    // [tokens, hidden]
  const void* gate;                 // W_gate x: [tokens, intermediate]
  const void* up;                   // W_up x: [tokens, intermediate]
  bool half;                        // whether x, gate, up, mixed and y are bfloat16; sums are float32
  AccreteActivation activation;
  int32_t threads;
} AccreteFeedForward;

// mixed: [tokens, intermediate]; reduced: A2_e β_e a_e, expert after expert. [tokens, reduced]
void accrete_feed_forward_activate(const AccreteFeedForward* block, void* mixed, float* reduced);
// Adds the experts' part to W_down mixed. y: [tokens, hidden]
void accrete_feed_forward_finish(const AccreteFeedForward* block, const float* reduced, void* y);

// The index of the first of the largest numbers of each row.
void accrete_argmax(int64_t rows, int64_t width, const float* x, int64_t* indices, int32_t threads);

// bfloat16 to float32: out[row][column] = x[row · stride + column].
void accrete_widen(int64_t rows, int64_t columns, int64_t stride, const uint16_t* x, float* out, int32_t threads);

// out[row · stride + column] = x[row][column] (+ addend[row · stride + column]; NULL: nothing is added).
void accrete_place(int64_t rows, int64_t columns, int64_t stride, const float* x, const float* addend, float* out,
                   int32_t threads);

// Whether this processor has instructions for 8-bit integer products (AVX-512 VNNI) and the instruction set in use includes them. Without
// them, libtorch multiplies in a plain loop.
int32_t accrete_multiplies_integers(void);

// Rows of 8-bit integers with a scale each: x ⊙ columns ≈ values · scales (columns NULL: 1). The same bits with every instruction set.
void accrete_quantize(int64_t rows, int64_t width, const float* x, const float* columns, int8_t* values, float* scales,
                      int32_t threads);
// out = sums · scales (per row) · columns (NULL: 1) + addend (NULL: 0).
void accrete_dequantize(int64_t rows, int64_t width, const int32_t* sums, const float* scales, const float* columns,
                        const float* addend, float* out, int32_t threads);

// How the numbers of a matrix in codes are made.
typedef enum {
  accrete_nf4,   // 4 bits: level · scale of 64 neighbouring columns
  accrete_fp8,   // 8 bits, e4m3fn: number · scale of the row
  accrete_int4,  // 4 bits: (code − zero) · scale of the column's group
} AccreteCoding;

// A matrix in codes. Of 4 bits there are two in a byte, the low ones those of the even column; a row begins with a byte of its own.
typedef struct {
  AccreteCoding coding;
  int64_t inputs;
  int64_t groups;        // scales of a row
  int64_t group_size;    // int4: neighbouring columns with one scale, where `group` is NULL
  const uint8_t* codes;  // [rows, inputs], of 4 bits [rows, ⌈inputs / 2⌉]
  const float* scales;   // [rows, groups]
  const float* zeros;    // int4: [rows, groups]
  const int32_t* group;  // int4: the group of each column, each below `groups`
} AccreteCodes;

// The nearest codes of a matrix (nf4, fp8) and their scales: the largest absolute value of 64 columns, or that of a row over 448.
void accrete_encode(AccreteCoding coding, int64_t rows, int64_t width, const float* x, uint8_t* codes, float* scales,
                    int32_t threads);
// Some rows and columns as float32, without gaps; `column` is a multiple of 16. The same bits with every instruction set.
void accrete_decode(const AccreteCodes* codes, int64_t row, int64_t rows, int64_t column, int64_t columns, float* out,
                    int32_t threads);
// As accrete_product, with a matrix in codes; `work->weight` and `work->half` are not read.
void accrete_coded_product(const AccreteCodes* codes, const AccreteProduct* work, float* out);
// AWQ's words [inputs, outputs / 8], eight interleaved outputs each, as codes [outputs, ⌈inputs / 2⌉].
void accrete_awq_codes(int64_t inputs, int64_t outputs, const int32_t* words, uint8_t* codes, int32_t threads);

// The index of the first number that is infinite or NaN, −1 where all are finite. A number has `size` bytes (2, 4 or 8) at any
// address, and is not finite where all bits of `exponent` are set.
int64_t accrete_first_not_finite(int64_t count, const void* x, int32_t size, uint64_t exponent);

// Rotary positions in the half-split form; sign −1 rotates back. cosines, sines: [tokens, dim / 2].
void accrete_rotate(bool half, int64_t tokens, int64_t heads, int64_t dim, const void* x, const float* cosines,
                    const float* sines, float sign, void* out, int32_t threads);

#ifdef __cplusplus
}
#endif

#endif
