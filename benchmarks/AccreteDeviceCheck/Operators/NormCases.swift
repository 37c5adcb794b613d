import ModelConfiguration
import Torch

/// Norms, gated units, rotations.
enum NormCases {
  static var all: [OperatorCase] {
    [
      OperatorCase(name: "norm with an addend") { operands in
        let (x, addend) = (try operands.normal([37, 256], 1), try operands.activations([37, 256], 2))
        let weight = try operands.normal([256], 3)
        let result = try x.addedAndNormalized(addend, weight: weight, epsilon: 1e-5)
        return [result.sum, result.normed]
      },
      OperatorCase(name: "norm") { operands in
        let (x, weight) = (try operands.activations([37, 4, 64], 1), try operands.normal([64], 3))
        return [try x.rmsNormalized(weight: weight, epsilon: 1e-5)]
      },
      OperatorCase(name: "norm, backward") { operands in
        let (x, rest) = (try operands.normal([37, 256], 1), try operands.normal([37, 256], 2))
        let (gradient, weight) = (try operands.activations([37, 256], 4), try operands.normal([256], 3))
        return [try gradient.rmsNormBackward(x, weight: weight, epsilon: 1e-5, rest: rest)]
      },
      OperatorCase(name: "gated unit") { operands in
        let (gate, up) = (try operands.activations([37, 96], 1), try operands.activations([37, 96], 2))
        let back = try GatedLinearUnit.backward(
          .silu, operands.activations([37, 96], 3), gate: gate, up: up)
        return [try GatedLinearUnit.forward(.silu, gate: gate, up: up), back.gate, back.up]
      },
      OperatorCase(name: "rotation") { operands in
        let x = try operands.activations([37, 4, 64], 1)
        let angles = try operands.normal([37, 32], 2)
        return try [1.0, -1].map {
          try x.rotated(cosines: angles.cos(), sines: angles.sin(), direction: $0)
        }
      },
    ]
  }
}
