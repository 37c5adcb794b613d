// Runs device kernels on a CPU. What a kernel sees of it is this file.
//
// The threads of a block are fibers that take turns at barriers, or, in a kernel that has none, calls one after another. Blocks run one
// after another. Everything belongs to the CPU's thread that launches, so that several may launch at once.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>

typedef uint8_t u8;
typedef int8_t i8;
typedef uint16_t u16;
typedef int32_t i32;
typedef uint32_t u32;
typedef int64_t i64;
typedef uint64_t u64;

#ifdef __linux__
#define ACCRETE_QUICK_LOCAL __attribute__((tls_model("initial-exec")))
#else
#define ACCRETE_QUICK_LOCAL
#endif

namespace emulated {

// Where the running thread is.
struct Place {
  i32 thread, threads;
  i64 block_x, block_y, grid_x, grid_y;
};
extern constinit thread_local Place place ACCRETE_QUICK_LOCAL;

struct Grid {
  i64 x, y;
  i32 threads;
};

// Whether a kernel's threads wait for each other.
enum class Kind { free, block };

// Runs the body once for each thread of each block. → What is wrong with the kernel: "" where nothing is.
std::string launch(Grid grid, Kind kind, const std::function<void()>& body);

void wait_for_block();
// Eight bytes of the lane whose number differs from the own one by the bits of `mask`.
u64 exchange(u64 bits, int mask);

template <typename To, typename From>
To same_bits(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof to);
  return to;
}

template <typename Number>
Number of_lane_xor(Number x, int mask) {
  u64 bits = 0;
  std::memcpy(&bits, &x, sizeof x);
  bits = exchange(bits, mask);
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

}  // namespace emulated
