import Torch

/// Three steps of AdamW over one buffer.
enum OptimizerCases {
  static var all: [OperatorCase] {
    [
      OperatorCase(name: "AdamW, 3 steps", types: [.float32]) { operands in
        let first = try operands.normal([33, 16], 1)
        let second = try operands.normal([16, 70], 2)
        let parameters = try FlatParameters([
          FlatParameters.Parameter(name: "a", tensor: first),
          FlatParameters.Parameter(name: "b", tensor: second, rateFactor: 16, decays: false),
        ])
        var optimizer = try AdamW(for: parameters, weightDecay: 0.01)
        for step in 0..<3 {
          try parameters.gradients.copyInPlace(from: operands.normal([parameters.count], UInt64(10 + step)))
          try parameters.clipGradients(to: 1)
          try optimizer.update(parameters, rate: 1e-2)
        }
        return [parameters.values, optimizer.firstMoment, optimizer.secondMoment]
      }
    ]
  }
}
