// What the tests of the device kernels share. Every kernel is launched as the program does it: through CDevice, and the emulated driver or
// a GPU's.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "CDevice.h"

namespace check {

// How often a value was compared: a test that compares nothing fails.
inline int64_t comparisons = 0;
inline int failures = 0;

inline void that(bool holds, const std::string& what) {
  ++comparisons;
  if (holds) return;
  if (++failures <= 20) std::fprintf(stderr, "device kernels: %s\n", what.c_str());
}

struct Grid {
  uint32_t x, y, threads;
};

// Different ones, of which each does all of the work; blocks of all share rows where `y` is not 1.
inline const std::vector<Grid> grids = {{3, 1, 64}, {1, 2, 32}, {7, 3, 128}};

AccreteDevice* device();

// Memory that the device and this program both reach.
void* shared_memory(size_t bytes);
void free_shared_memory(void* memory);

template <typename T>
struct SharedMemory {
  using value_type = T;
  SharedMemory() = default;
  template <typename Other>
  SharedMemory(const SharedMemory<Other>&) {}
  T* allocate(size_t count) { return static_cast<T*>(shared_memory(count * sizeof(T))); }
  void deallocate(T* memory, size_t) { free_shared_memory(memory); }
  bool operator==(const SharedMemory&) const { return true; }
};

// What a kernel is given the address of.
template <typename T>
using Vector = std::vector<T, SharedMemory<T>>;

template <typename... Arguments>
void launch(const std::string& kernel, Grid grid, Arguments... arguments) {
  void* places[] = {&arguments...};
  int32_t code = accrete_device_launch(device(), kernel.c_str(), grid.x, grid.y, grid.threads, nullptr, places);
  if (code == 0) code = accrete_device_synchronize(device(), nullptr);
  that(code == 0, kernel + ": " + accrete_device_last_error());
}

using Half = uint16_t;

inline double number(float x) { return x; }
inline double number(Half x) {
  const uint32_t bits = uint32_t(x) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

template <typename T>
T made(double x);
template <>
inline float made<float>(double x) { return static_cast<float>(x); }
// Cuts the lower half off, which is enough for an input.
template <>
inline Half made<Half>(double x) {
  const float value = static_cast<float>(x);
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return static_cast<Half>(bits >> 16);
}

template <typename T>
const char* suffix() { return sizeof(T) == sizeof(Half) ? "_bf16" : "_f32"; }

// What rounding once to T may change, relative to the value; which keeps 8 bits of bfloat16 and 24 of float32.
template <typename T>
double step() { return sizeof(T) == sizeof(Half) ? 0x1p-8 : 0x1p-24; }

// Normal numbers times `scale`. A vector of T that begins `offset` numbers behind an aligned address, so that kernels meet memory that
// they cannot read four at a time.
template <typename T>
class Memory {
 public:
  explicit Memory(int64_t count, int offset = 0) : numbers_(static_cast<size_t>(count + offset)), offset_(offset) {}

  static Memory random(int64_t count, uint64_t seed, double scale = 1, int offset = 0) {
    Memory memory(count, offset);
    std::mt19937_64 engine(seed);
    std::normal_distribution<double> normal;
    for (auto& x : memory.numbers_) x = made<T>(scale * normal(engine));
    return memory;
  }

  T* data() { return numbers_.data() + offset_; }
  const T* data() const { return numbers_.data() + offset_; }
  int64_t count() const { return static_cast<int64_t>(numbers_.size()) - offset_; }
  double operator[](int64_t i) const { return number(data()[i]); }
  bool operator==(const Memory& other) const {
    return count() == other.count() && std::memcmp(data(), other.data(), sizeof(T) * static_cast<size_t>(count())) == 0;
  }

 private:
  Vector<T> numbers_;
  int offset_;
};

// |got − wanted| ≤ the rounding of T and `error` times the size of what was added up.
template <typename T>
void near(const std::string& what, int64_t place, double got, double wanted, double error = 4e-6, double size = 1) {
  const double allowed = 1.01 * step<T>() * std::abs(wanted) + error * size;
  if (std::abs(got - wanted) <= allowed) {
    ++comparisons;
    return;
  }
  char text[160];
  std::snprintf(text, sizeof text, " at %lld: %.9g, not %.9g (± %.2g)", static_cast<long long>(place), got, wanted, allowed);
  that(false, what + suffix<T>() + text);
}

void test_elementwise();
void test_mixture();
void test_norms();
void test_loss();
void test_low_rank();
void test_quantizing();
void test_sums();
void test_emulation();
void test_loading(const std::string& library);

}  // namespace check
