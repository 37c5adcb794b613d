// What the gate of a feed-forward block goes through: f(x) = x σ(z(x)).
#pragma once
#include "Numbers.h"

// An activation is a number of AccreteActivation: 0 SiLU, z = x; 1 GELU by tanh, z = 2 √(2/π) (x + 0.044715 x³).
struct Active {
  float x, logistic, value;
};

DEVICE Active activate(i32 activation, float x) {
  const float z = activation == 0 ? x : x * (1.59576912f + 0.0713548163f * (x * x));
  const float logistic = 1.0f / (1.0f + exponential(-z));
  return {x, logistic, x * logistic};
}

// gradient · f'(x), f' = σ (1 + x (1 − σ) z').
DEVICE float sloped(i32 activation, float gradient, const Active& f) {
  const float slope = activation == 0 ? 1.0f : 1.59576912f + 0.214064449f * (f.x * f.x);
  return gradient * f.logistic * (1.0f + f.x * (1.0f - f.logistic) * slope);
}
