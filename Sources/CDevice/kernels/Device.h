// What a kernel may use, for two compilers: NVRTC, which defines ACCRETE_DEVICE, and C++ on a CPU, where the threads of a block take turns
// (CDeviceEmulated). NVRTC gets all files as one text, without any header of CUDA.
//
// A block has a multiple of 32 threads, 512 at most. Blocks take the rows of a kernel's work one after another, so that any grid does all
// of it. Numbers in registers are float32; results are rounded once, when they are stored.
#pragma once

#ifdef ACCRETE_DEVICE

typedef unsigned char u8;
typedef signed char i8;
typedef unsigned short u16;
typedef int i32;
typedef unsigned int u32;
typedef long long i64;
typedef unsigned long long u64;

#define KERNEL extern "C" __global__ void __launch_bounds__(512)
#define DEVICE static __device__ __forceinline__
#define SHARED __shared__
#define DEVICE_MEMBER __device__ __forceinline__
// Loops over rows and columns stay loops: unrolled they take twice as long to compile, and blocks beside each other hide the waiting.
#define ROLLED _Pragma("unroll 1")
#define TABLE static __device__ const

DEVICE i64 own_thread() { return threadIdx.x; }
DEVICE i64 block_threads() { return blockDim.x; }
DEVICE i64 column_block() { return blockIdx.y; }
DEVICE i64 column_blocks() { return gridDim.y; }
DEVICE i64 row_block() { return blockIdx.x; }
DEVICE i64 row_blocks() { return gridDim.x; }
DEVICE void wait_for_block() { __syncthreads(); }
template <typename Number>
DEVICE Number of_lane_xor(Number x, int mask) { return __shfl_xor_sync(0xFFFFFFFFu, x, mask); }
DEVICE u32 bits_of(float x) { return __float_as_uint(x); }
DEVICE float of_bits(u32 x) { return __uint_as_float(x); }
DEVICE float multiply_add(float x, float y, float z) { return __fmaf_rn(x, y, z); }
DEVICE float exponential(float x) { return expf(x); }
DEVICE float logarithm(float x) { return logf(x); }
DEVICE float square_root(float x) { return sqrtf(x); }
template <typename Word>
DEVICE Word read_word(const void* p) { return *(const Word*)p; }
template <typename Word>
DEVICE void write_word(void* p, Word word) { *(Word*)p = word; }

#else

#include "Emulation.h"

#define KERNEL [[maybe_unused]] static void
#define DEVICE [[maybe_unused]] static inline
// Every thread of the CPU runs a block of its own.
#define SHARED static thread_local
#define DEVICE_MEMBER inline
#define ROLLED
#define TABLE static const

DEVICE i64 own_thread() { return emulated::place.thread; }
DEVICE i64 block_threads() { return emulated::place.threads; }
DEVICE i64 column_block() { return emulated::place.block_y; }
DEVICE i64 column_blocks() { return emulated::place.grid_y; }
DEVICE i64 row_block() { return emulated::place.block_x; }
DEVICE i64 row_blocks() { return emulated::place.grid_x; }
DEVICE void wait_for_block() { emulated::wait_for_block(); }
template <typename Number>
DEVICE Number of_lane_xor(Number x, int mask) { return emulated::of_lane_xor(x, mask); }
DEVICE u32 bits_of(float x) { return emulated::same_bits<u32>(x); }
DEVICE float of_bits(u32 x) { return emulated::same_bits<float>(x); }
DEVICE float multiply_add(float x, float y, float z) { return std::fma(x, y, z); }
DEVICE float exponential(float x) { return std::exp(x); }
DEVICE float logarithm(float x) { return std::log(x); }
DEVICE float square_root(float x) { return std::sqrt(x); }
template <typename Word>
DEVICE Word read_word(const void* p) {
  Word word;
  std::memcpy(&word, p, sizeof word);
  return word;
}
template <typename Word>
DEVICE void write_word(void* p, Word word) { std::memcpy(p, &word, sizeof word); }

#endif

// Rows, and the columns of a row four by four. A kernel whose threads never wait may share a row among the blocks of the grid's second
// dimension; of the others, a block does whole rows.
#define FOR_ROWS(row, rows) ROLLED for (i64 row = row_block(); row < (rows); row += row_blocks())
#define FOR_COLUMNS(f, width) \
  ROLLED for (i64 f = 4 * (column_block() * block_threads() + own_thread()); f < (width); f += 4 * column_blocks() * block_threads())
#define FOR_ROWS_OF_BLOCK(row, rows)                                                       \
  ROLLED for (i64 row = row_block() + column_block() * row_blocks(); row < (rows); row += row_blocks() * column_blocks())
#define FOR_COLUMNS_OF_BLOCK(f, width) ROLLED for (i64 f = 4 * own_thread(); f < (width); f += 4 * block_threads())

// Of numbers without rows: `step` neighbours for each thread.
#define FOR_NUMBERS(i, count, step)                                                                              \
  ROLLED for (i64 i = (step) * ((row_block() + column_block() * row_blocks()) * block_threads() + own_thread()); i < (count); \
       i += (step) * row_blocks() * column_blocks() * block_threads())

// A kernel's two variants; the second argument is the type of its numbers.
#define FOR_BOTH_TYPES(DEFINE) DEFINE(bf16, u16) DEFINE(f32, float)
