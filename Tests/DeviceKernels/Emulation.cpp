// The emulation itself: barriers, exchange between lanes, and kernels that break the rules.

#include <atomic>
#include <thread>

#include "Check.h"
// Compiled into this program, too: the library shows kernels alone.
#include "../../Sources/CDeviceEmulated/Emulation.h"

namespace check {

namespace {

using emulated::Kind;
using emulated::place;

// Each thread writes a number, all wait, and each reads that of its neighbour.
void test_barrier() {
  const int threads = 96;
  std::vector<int> written(threads), read(threads);
  for (int round = 0; round < 3; ++round) {
    const std::string problem = emulated::launch({4, 1, threads}, Kind::block, [&] {
      const size_t own = static_cast<size_t>(place.thread), next = (own + 1) % threads;
      written[own] = static_cast<int>(100 * place.block_x) + place.thread;
      emulated::wait_for_block();
      read[own] = written[next];
      emulated::wait_for_block();
    });
    that(problem.empty(), problem);
    for (int thread = 0; thread < threads; ++thread) {
      that(read[static_cast<size_t>(thread)] == 300 + (thread + 1) % threads, "a barrier lets threads through too early");
    }
  }
}

// Warps may exchange different numbers of times between two barriers.
void test_exchange() {
  std::vector<double> sums(64);
  const std::string problem = emulated::launch({1, 1, 64}, Kind::block, [&] {
    double x = place.thread;
    const int rounds = place.thread < 32 ? 1 : 3;
    for (int round = 0; round < rounds; ++round) {
      x = place.thread + round;
      for (int mask = 16; mask > 0; mask /= 2) x += emulated::of_lane_xor(x, mask);
    }
    sums[static_cast<size_t>(place.thread)] = x;
    emulated::wait_for_block();
  });
  that(problem.empty(), problem);
  for (size_t thread = 0; thread < 64; ++thread) {
    that(sums[thread] == (thread < 32 ? 496 : 496 + 32 * 32 + 64), "lanes exchange wrong numbers");
  }
}

void test_broken_rules() {
  auto problem_of = [](Kind kind, const std::function<void()>& body) { return emulated::launch({2, 1, 64}, kind, body); };
  auto expect = [](const std::string& problem, const char* words) {
    that(problem.find(words) != std::string::npos, std::string("instead of \"") + words + "\": \"" + problem + "\"");
  };
  expect(problem_of(Kind::block, [] { if (place.thread != 63) emulated::wait_for_block(); }), "63 threads wait at a barrier that 1 never reach");
  expect(problem_of(Kind::block, [] { if (place.thread % 32 < 20) emulated::exchange(1, 1); }), "while 12 others do not");
  const auto divided = [] { place.thread == 40 ? static_cast<void>(emulated::exchange(1, 1)) : emulated::wait_for_block(); };
  expect(problem_of(Kind::block, divided), "while 31 others do not");
  expect(problem_of(Kind::free, [] { emulated::wait_for_block(); }), "free of barriers");
  // And the next launch knows nothing of it.
  expect(problem_of(Kind::block, [] { emulated::wait_for_block(); }) + "nothing", "nothing");
  test_barrier();
}

// Several threads of the CPU launch at once; each has its own blocks, also where a kernel has memory of the block.
void test_threads() {
  const int64_t tokens = 40, width = 100;
  const auto weight = Memory<float>::random(width, 1);
  std::atomic<int64_t> differ = 0, failed = 0;
  auto normed = [&](uint64_t seed) {
    const auto x = Memory<float>::random(tokens * width, seed);
    Memory<float> out(tokens * width);
    int64_t rows = tokens, columns = width;
    float epsilon = 1e-5f;
    const float *from = x.data(), *addend = nullptr, *scales = weight.data();
    float *sum = nullptr, *to = out.data();
    void* arguments[] = {&rows, &columns, &epsilon, &from, &addend, &scales, &sum, &to};
    failed += accrete_device_launch(device(), "accrete_norm_forward_f32_f32", 7, 1, 64, nullptr, arguments) != 0;
    return out;
  };
  std::vector<Memory<float>> wanted;
  for (uint64_t seed = 0; seed < 8; ++seed) wanted.push_back(normed(seed));
  std::vector<std::thread> threads;
  for (uint64_t first = 0; first < 8; ++first) {
    threads.emplace_back([&, first] {
      for (uint64_t round = 0; round < 16; ++round) differ += !(normed((first + round) % 8) == wanted[(first + round) % 8]);
    });
  }
  for (auto& thread : threads) thread.join();
  that(differ == 0 && failed == 0, std::to_string(differ) + " launches of several threads give other numbers, " + std::to_string(failed) + " fail");
}

}  // namespace

void test_emulation() {
  test_barrier();
  test_exchange();
  test_broken_rules();
  test_threads();
}

}  // namespace check
