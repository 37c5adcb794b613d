#include "Check.h"

namespace check {

namespace {

void test_squares() {
  const int64_t parts = 16;
  for (const int64_t count : {1, 1000, 100003}) {
    const auto x = Memory<float>::random(count, 1);
    double wanted = 0;
    for (int64_t i = 0; i < count; ++i) wanted += x[i] * x[i];
    Vector<double> first;
    for (const uint32_t blocks : {16, 1, 5}) {
      Vector<double> partial(static_cast<size_t>(parts));
      launch("accrete_square_sum", {blocks, blocks == 5 ? 2u : 1u, 64}, count, parts, x.data(), partial.data());
      if (first.empty()) first = partial;
      that(partial == first, "square_sum: other bits with another grid");
      double sum = 0;
      for (const double part : partial) sum += part;
      near<float>("square_sum", count, sum, wanted, 1e-7 * wanted);
    }
  }
}

// The tree as section "The same bits" has it, level by level.
float tree(std::vector<float> level) {
  while (level.size() > 1) {
    std::vector<float> next;
    for (size_t i = 0; i + 1 < level.size(); i += 2) next.push_back(level[i] + level[i + 1]);
    if (level.size() % 2 == 1) next.push_back(level.back());
    level = next;
  }
  return level[0];
}

void test_order() {
  const int64_t count = 517;
  int64_t differ = 0, places = 0, from_running = 0;
  for (const int64_t parts : {1, 2, 3, 5, 6, 7, 8, 11, 16, 31, 1024}) {
    const auto x = Memory<float>::random(parts * count, 2);
    Memory<float> out(count);
    launch("accrete_ordered_sum", {3, 1, 64}, count, parts, x.data(), out.data());
    for (int64_t i = 0; i < count; ++i) {
      std::vector<float> numbers;
      float running = 0;
      for (int64_t part = 0; part < parts; ++part) {
        numbers.push_back(x.data()[part * count + i]);
        running += numbers.back();
      }
      differ += out.data()[i] != tree(numbers);
      from_running += out.data()[i] != running;
      ++places;
    }
  }
  that(differ == 0, "ordered_sum: " + std::to_string(differ) + " of " + std::to_string(places) + " sums are not the tree's");
  that(from_running > 100, "ordered_sum: the numbers are such that any order gives the same bits");
}

}  // namespace

void test_sums() {
  test_squares();
  test_order();
}

}  // namespace check
