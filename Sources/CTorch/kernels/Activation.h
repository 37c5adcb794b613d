// What the gate of a feed-forward block goes through: f(x) = x σ(z(x)). No include guard: included once for each instruction set.

// f(x), and what its slope shares with it.
template <AccreteActivation A>
struct Active {
  V x, logistic, value;
};

template <AccreteActivation A>
INLINE Active<A> activate(V x) {
  V logistic;
  if constexpr (A == accrete_silu) {
    logistic = sigmoid(x);
  } else {
    // 2 √(2/π) (x + 0.044715 x³), as (1 + tanh u) / 2 = σ(2u).
    logistic = sigmoid(x * (1.59576912f + 0.0713548163f * (x * x)));
  }
  return {x, logistic, x * logistic};
}

// gradient · f'(x), f' = σ (1 + x (1 − σ) z').
template <AccreteActivation A>
INLINE V sloped(V gradient, const Active<A>& f) {
  if constexpr (A == accrete_silu) {
    return gradient * f.logistic * (1.0f + f.x * (1.0f - f.logistic));
  } else {
    const V slope = 1.59576912f + 0.214064449f * (f.x * f.x);
    return gradient * f.logistic * (1.0f + f.x * (1.0f - f.logistic) * slope);
  }
}
