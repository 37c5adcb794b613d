// The middle of a gated block: against double, and against the CPU's kernel, which says what the gradients mean.

#include <array>

#include "Check.h"
#include "Kernels.h"

namespace check {

namespace {

constexpr int64_t rank = 8;
const AccreteDropout dropout = {static_cast<uint32_t>(0.3 * 0x1p32), static_cast<float>(1 / 0.7)};
const std::array<uint64_t, 2> keys = {0x123456789ABCDEFull, 0xFEDCBA987654321ull};

struct Case {
  int64_t tokens, width;
  int32_t experts, activation;
  bool has_shares, has_sequences, is_isolated, drops;
};

double logistic(double x) { return 1 / (1 + std::exp(-x)); }

// f(x) and f'(x).
std::array<double, 2> activated(int32_t activation, double x) {
  const double c = activation == 0 ? 0.5 : std::sqrt(2 / M_PI), cubic = activation == 0 ? 0 : 0.044715;
  const double z = 2 * c * (x + cubic * x * x * x), dz = 2 * c * (1 + 3 * cubic * x * x);
  const double s = logistic(z);
  return {x * s, s + x * s * (1 - s) * dz};
}

// All that goes in, as numbers of T.
template <typename T>
struct Input {
  explicit Input(const Case& c)
      : gate(Memory<T>::random(c.tokens * c.width, 1)),
        up(Memory<T>::random(c.tokens * c.width, 2)),
        terms(Memory<T>::random(2 * c.experts * c.tokens * c.width, 3, 0.3, static_cast<int>(c.width % 2))),
        shares(Memory<float>::random(c.tokens * c.experts, 4)),
        by_mixed(Memory<T>::random(c.tokens * c.width, 5)),
        by_masked(Memory<T>::random(c.experts * c.tokens * c.width, 6)),
        sequence_first(Memory<float>::random(3 * c.width, 7)),
        sequence_masked(Memory<float>::random(3 * c.width, 8)) {
    for (int64_t t = 0; t < c.tokens; ++t) sequence_of.push_back(static_cast<int32_t>(t * 3 / c.tokens));
  }
  Memory<T> gate, up, terms;
  Memory<float> shares;
  Memory<T> by_mixed, by_masked;
  Memory<float> sequence_first, sequence_masked;
  Vector<int32_t> sequence_of;
};

template <typename T>
struct Output {
  explicit Output(const Case& c)
      : mixed(c.tokens * c.width), masked(c.experts * c.tokens * c.width), first(c.tokens * c.width), by_gate(c.tokens * c.width),
        by_up(c.tokens * c.width), by_terms(2 * c.experts * c.tokens * c.width), flow(2 * c.tokens * c.width),
        dropped(c.experts * c.tokens * c.width), by_shares(c.tokens * c.experts) {}
  Memory<T> mixed, masked;
  Memory<float> first;
  Memory<T> by_gate, by_up, by_terms, flow, dropped;
  Memory<float> by_shares;

  bool operator==(const Output& other) const {
    return mixed == other.mixed && masked == other.masked && first == other.first && by_gate == other.by_gate &&
           by_up == other.by_up && by_terms == other.by_terms && flow == other.flow && dropped == other.dropped;
  }
};

template <typename T>
Output<T> run(const Case& c, const Input<T>& in, Grid grid, bool with_shares) {
  Output<T> out(c);
  const float* shares = c.has_shares ? in.shares.data() : nullptr;
  const float* first = c.has_sequences ? in.sequence_first.data() : nullptr;
  const float* masked = c.has_sequences ? in.sequence_masked.data() : nullptr;
  const int32_t* sequence_of = c.has_sequences ? in.sequence_of.data() : nullptr;
  const uint32_t threshold = c.drops ? dropout.threshold : 0;
  launch(std::string("accrete_mixture_forward") + suffix<T>(), grid, c.tokens, c.width, c.experts, in.gate.data(), in.up.data(),
         in.terms.data(), shares, threshold, dropout.scale, keys[0], keys[1], c.activation, out.mixed.data(), out.masked.data(),
         out.first.data());
  T* flow = c.is_isolated ? out.flow.data() : nullptr;
  const int32_t isolated = c.is_isolated;
  if (with_shares) {
    launch(std::string("accrete_mixture_backward_shares") + suffix<T>(), grid, c.tokens, c.width, c.experts, in.gate.data(),
           in.up.data(), in.terms.data(), shares, threshold, dropout.scale, keys[0], keys[1], c.activation, in.by_mixed.data(),
           in.by_masked.data(), first, masked, sequence_of, isolated, out.by_gate.data(), out.by_up.data(), out.by_terms.data(), flow,
           out.dropped.data(), out.by_shares.data());
  } else {
    launch(std::string("accrete_mixture_backward") + suffix<T>(), grid, c.tokens, c.width, c.experts, in.gate.data(), in.up.data(),
           in.terms.data(), shares, threshold, dropout.scale, keys[0], keys[1], c.activation, in.by_mixed.data(), in.by_masked.data(),
           first, masked, sequence_of, isolated, out.by_gate.data(), out.by_up.data(), out.by_terms.data(), flow, out.dropped.data());
  }
  return out;
}

template <typename T>
void compare(const Case& c, const Input<T>& in, const Output<T>& out, bool with_shares) {
  const int64_t all = c.tokens * c.width;
  for (int64_t token = 0; token < c.tokens; ++token) {
    double by_share[2] = {0, 0};
    for (int64_t f = 0; f < c.width; ++f) {
      const int64_t at = token * c.width + f;
      double mixed = 0, by_gate = 0, by_up = 0;
      for (int64_t e = 0; e < c.experts; ++e) {
        const double h = in.gate[at] + in.terms[2 * e * all + at], u = in.up[at] + in.terms[(2 * e + 1) * all + at];
        const auto [value, slope] = activated(c.activation, h);
        const double share = c.has_shares ? in.shares[token * c.experts + e] : 1, a = value * u;
        // The mask itself is looked at elsewhere, so that what was kept may say it here.
        const bool is_dropped = c.drops && out.masked[e * all + at] == 0 && a != 0;
        const double mask = !c.drops ? 1 : is_dropped ? 0 : dropout.scale;
        mixed += share * a;
        by_share[e] += in.by_mixed[at] * a;
        double own = in.by_mixed[at] * share + mask * in.by_masked[e * all + at];
        double whole = own;
        if (e == 0 && c.has_sequences) {
          const int64_t place = in.sequence_of[static_cast<size_t>(token)] * c.width + f;
          whole += in.sequence_first[place] + mask * in.sequence_masked[place];
        }
        if (!c.is_isolated) own = whole;
        by_gate += own * u * slope;
        by_up += own * value;
        near<T>("mixture_forward masked", e * all + at, out.masked[e * all + at], mask * a, 4e-6, 4);
        near<T>("mixture_backward masked", e * all + at, out.dropped[e * all + at], mask * a, 4e-6, 4);
        near<T>("mixture_backward terms", 2 * e * all + at, out.by_terms[2 * e * all + at], whole * u * slope, 1e-5, 10);
        near<T>("mixture_backward terms", (2 * e + 1) * all + at, out.by_terms[(2 * e + 1) * all + at], whole * value, 1e-5, 10);
        if (e == 0) near<float>("mixture_forward first", at, out.first[at], a, 4e-6, 4);
        if (e == 0 && c.is_isolated) {
          near<T>("mixture_backward flow", at, out.flow[at], own * u * slope, 1e-5, 10);
          near<T>("mixture_backward flow", all + at, out.flow[all + at], own * value, 1e-5, 10);
        }
      }
      near<T>("mixture_forward", at, out.mixed[at], mixed, 4e-6, 10);
      near<T>("mixture_backward gate", at, out.by_gate[at], by_gate, 1e-5, 10);
      near<T>("mixture_backward up", at, out.by_up[at], by_up, 1e-5, 10);
    }
    for (int64_t e = 0; with_shares && e < c.experts; ++e) {
      near<float>("mixture_backward shares", token * c.experts + e, out.by_shares[token * c.experts + e], by_share[e], 1e-5, 20);
    }
  }
}

const std::vector<Case> cases = {
    {5, 70, 1, 0, false, false, false, true}, {6, 64, 2, 0, true, true, true, true},  {7, 33, 2, 1, true, true, false, true},
    {3, 128, 1, 1, false, true, true, false}, {4, 130, 2, 0, false, false, true, true},
};

template <typename T>
void test_against_double() {
  for (const Case& c : cases) {
    const Input<T> in(c);
    const Output<T> wanted = run(c, in, {1, 1, 32}, false);
    for (const Grid& grid : grids) {
      for (const bool with_shares : {false, true}) {
        const Output<T> out = run(c, in, grid, with_shares);
        compare(c, in, out, with_shares);
        that(out == wanted, "mixture: other bits with another grid or with shares");
      }
    }
    const auto once = run(c, in, {1, 1, 64}, true), again = run(c, in, {3, 2, 64}, true);
    that(once.by_shares == again.by_shares, "mixture_backward_shares: other bits with another grid");
  }
}

// The factors' products around the device's kernel as libtorch will make them, here plainly: rows [tokens, width] times Bᵀ [rank, width].
std::vector<float> reduced(const float* rows, const float* factor, const Case& c) {
  std::vector<float> out;
  for (int64_t t = 0; t < c.tokens; ++t) {
    for (int64_t r = 0; r < rank; ++r) {
      double sum = 0;
      for (int64_t f = 0; f < c.width; ++f) sum += static_cast<double>(rows[t * c.width + f]) * static_cast<double>(factor[r * c.width + f]);
      out.push_back(static_cast<float>(sum));
    }
  }
  return out;
}

// p [rows, stride] with `rank` numbers from `from` on, times a factor [rank, width].
void expand(const float* p, int64_t rows, int64_t stride, const float* factor, int64_t width, float* out) {
  for (int64_t t = 0; t < rows; ++t) {
    for (int64_t f = 0; f < width; ++f) {
      double sum = 0;
      for (int64_t r = 0; r < rank; ++r) sum += static_cast<double>(p[t * stride + r]) * static_cast<double>(factor[r * width + f]);
      out[t * width + f] = static_cast<float>(sum);
    }
  }
}

void test_against_cpu(const Case& c) {
  Input<float> in(c);
  const int64_t all = c.tokens * c.width, pairs = 2 * c.experts, factor = rank * c.width;
  auto p = Memory<float>::random(c.tokens * pairs * rank, 20), b = Memory<float>::random(pairs * factor, 21, 0.1);
  auto a = Memory<float>::random(c.experts * factor, 22, 0.1), down = Memory<float>::random(c.tokens * c.experts * rank, 23);
  auto sequence_down = Memory<float>::random(3 * rank, 24);
  for (int64_t k = 0; k < pairs; ++k) {
    expand(p.data() + k * rank, c.tokens, pairs * rank, b.data() + k * factor, c.width, in.terms.data() + k * all);
  }
  for (int64_t e = 0; e < c.experts; ++e) {
    expand(down.data() + e * rank, c.tokens, c.experts * rank, a.data() + e * factor, c.width, in.by_masked.data() + e * all);
  }
  expand(sequence_down.data(), 3, rank, a.data(), c.width, in.sequence_masked.data());
  const Output<float> out = run(c, in, {3, 1, 64}, true);

  const AccreteDropout masks = {c.drops ? dropout.threshold : 0, dropout.scale};
  const AccreteMixture mixture = {c.tokens, c.width, rank, c.experts, in.gate.data(), in.up.data(), p.data(), b.data(), a.data(),
                                  c.has_shares ? in.shares.data() : nullptr, keys.data(), masks,
                                  static_cast<AccreteActivation>(c.activation), 1, false};
  Memory<float> mixed(all), first(all), low(c.tokens * c.experts * rank), gate(all), up(all), by_p(c.tokens * pairs * rank);
  Memory<float> flow(c.tokens * pairs * rank), shares(c.tokens * c.experts), by_b(pairs * factor), by_a(c.experts * factor);
  accrete_mixture_forward(&mixture, mixed.data(), low.data(), first.data());
  const AccreteMixtureGradients gradients = {in.by_mixed.data(), down.data(), c.has_sequences ? in.sequence_first.data() : nullptr,
                                             c.has_sequences ? sequence_down.data() : nullptr, in.sequence_of.data(), c.is_isolated,
                                             gate.data(), up.data(), by_p.data(), c.is_isolated ? flow.data() : nullptr, shares.data(),
                                             by_b.data(), by_a.data()};
  accrete_mixture_backward(&mixture, &gradients);

  auto same = [](const std::string& what, const float* got, const float* wanted, int64_t count, double size) {
    for (int64_t i = 0; i < count; ++i) near<float>("as the CPU: " + what, i, got[i], wanted[i], 2e-5, size);
  };
  same("mixed", out.mixed.data(), mixed.data(), all, 1);
  same("first", out.first.data(), first.data(), all, 1);
  same("gate", out.by_gate.data(), gate.data(), all, 1);
  same("up", out.by_up.data(), up.data(), all, 1);
  same("shares", out.by_shares.data(), shares.data(), c.tokens * c.experts, 4);
  for (int64_t k = 0; k < pairs; ++k) {
    const auto own = reduced(out.by_terms.data() + k * all, b.data() + k * factor, c);
    const bool flows = c.is_isolated && c.has_sequences;
    // What flows on from the second expert is its whole gradient.
    const auto through = k < 2 && flows ? reduced(out.flow.data() + k * all, b.data() + k * factor, c) : own;
    for (int64_t t = 0; t < c.tokens; ++t) {
      const int64_t place = t * pairs * rank + k * rank;
      same("reduced", own.data() + t * rank, by_p.data() + place, rank, 4);
      if (flows) same("flow", through.data() + t * rank, flow.data() + place, rank, 4);
    }
  }
  for (int64_t e = 0; e < c.experts; ++e) {
    const auto low_rank = reduced(out.masked.data() + e * all, a.data() + e * factor, c);
    for (int64_t t = 0; t < c.tokens; ++t) same("down", low_rank.data() + t * rank, low.data() + (t * c.experts + e) * rank, rank, 4);
    for (int64_t r = 0; r < rank; ++r) {
      for (int64_t f = 0; f < c.width; ++f) {
        double sum = 0;
        for (int64_t t = 0; t < c.tokens; ++t) {
          const bool pooled = e == 0 && c.has_sequences;
          const double arriving = down[(t * c.experts + e) * rank + r] +
                                  (pooled ? sequence_down[in.sequence_of[static_cast<size_t>(t)] * rank + r] : 0);
          sum += arriving * out.dropped[e * all + t * c.width + f];
        }
        near<float>("as the CPU: a", e * factor + r * c.width + f, sum, by_a[e * factor + r * c.width + f], 2e-5, 4);
      }
    }
  }
}

}  // namespace

void test_mixture() {
  test_against_double<float>();
  test_against_double<Half>();
  for (const Case& c : cases) test_against_cpu(c);
}

}  // namespace check
