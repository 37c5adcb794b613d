// One number from those of all threads. The order is that of the threads alone: the same number of threads gives the same bits.
#pragma once
#include "Device.h"

// All 32 lanes get the same bits, as each adds the same two numbers in every step.
template <typename Number>
DEVICE Number warp_sum(Number x) {
  for (int mask = 16; mask > 0; mask /= 2) x += of_lane_xor(x, mask);
  return x;
}

DEVICE float greater(float x, float y) { return x > y ? x : y; }

DEVICE float warp_maximum(float x) {
  for (int mask = 16; mask > 0; mask /= 2) x = greater(of_lane_xor(x, mask), x);
  return x;
}

// Of a block's threads, `N` sums at once. Every thread must come here.
template <int N, typename Number>
DEVICE void sum_over_block(Number (&x)[N]) {
  SHARED Number parts[N][16];  // [N, warps]
  const i64 warp = own_thread() / 32;
  for (int i = 0; i < N; ++i) x[i] = warp_sum(x[i]);
  // Somebody may still read what the call before this one has left.
  wait_for_block();
  if (own_thread() % 32 == 0) {
    for (int i = 0; i < N; ++i) parts[i][warp] = x[i];
  }
  wait_for_block();
  for (int i = 0; i < N; ++i) {
    x[i] = parts[i][0];
    for (i64 w = 1; w < block_threads() / 32; ++w) x[i] += parts[i][w];
  }
}

DEVICE float maximum_over_block(float x) {
  SHARED float parts[16];
  x = warp_maximum(x);
  wait_for_block();
  if (own_thread() % 32 == 0) parts[own_thread() / 32] = x;
  wait_for_block();
  x = parts[0];
  for (i64 w = 1; w < block_threads() / 32; ++w) x = greater(parts[w], x);
  return x;
}
