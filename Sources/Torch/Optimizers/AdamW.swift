/// Adam with decoupled weight decay (Loshchilov & Hutter, arXiv 1711.05101), over one flat buffer.
///
/// For step n and gradient g: m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g²,
/// θ ← θ − η·λ·θ − η · (m / (1−β₁ⁿ)) / (√(v / (1−β₂ⁿ)) + ε).
public struct AdamW {
  /// Decay of the mean of gradients (β₁) and of their squares (β₂).
  public var betas: (Double, Double) = (0.9, 0.999)
  /// Keeps the division finite (ε).
  public var epsilon = 1e-8
  /// Share of each value that a step of rate 1 would remove (λ).
  public var weightDecay: Double

  /// Running mean of gradients. [count]
  public let firstMoment: Tensor
  /// Running mean of squared gradients. [count]
  public let secondMoment: Tensor
  /// Steps done.
  public private(set) var step = 0

  /// Fresh state for `parameters`.
  /// - Throws: ``TorchError/invalidHyperparameter(name:value:allowed:)``.
  public init(for parameters: FlatParameters, weightDecay: Double) throws {
    guard weightDecay >= 0, weightDecay < 1 else {
      throw TorchError.invalidHyperparameter(name: "weight decay", value: "\(weightDecay)", allowed: "0 ≤ λ < 1")
    }
    self.weightDecay = weightDecay
    firstMoment = try Tensor.zeros([parameters.count], on: parameters.values.device)
    secondMoment = try Tensor.zeros([parameters.count], on: parameters.values.device)
  }

  /// State as it was saved.
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)`` when it belongs to other parameters.
  public init(
    for parameters: FlatParameters, weightDecay: Double, firstMoment: Tensor, secondMoment: Tensor, step: Int
  ) throws {
    for (name, moment) in [("first moment", firstMoment), ("second moment", secondMoment)]
    where moment.shape != [parameters.count] {
      throw TorchError.shapeMismatch(what: "AdamW's " + name, expected: [parameters.count], got: moment.shape)
    }
    self.weightDecay = weightDecay
    self.firstMoment = firstMoment
    self.secondMoment = secondMoment
    self.step = step
  }

  /// Moves the values against the gradients.
  /// - Parameters:
  ///   - parameters: What the state was made for, with its gradients.
  ///   - rate: The learning rate η of this step, which each parameter's factor multiplies.
  public mutating func update(_ parameters: FlatParameters, rate: Double) throws {
    step += 1
    let count = try Self.count(of: step, on: parameters.values.device)
    try withoutGradients {
      for group in parameters.rateGroups {
        let whole = parameters.rateGroups.count == 1
        func part(_ tensor: Tensor) throws -> Argument {
          .tensors([whole ? tensor : try tensor.narrowed(0, from: group.start, count: group.count)])
        }
        try Operation.call(
          "aten::_fused_adamw_", results: 0,
          [
            part(parameters.values), part(parameters.gradients), part(firstMoment), part(secondMoment), .tensors([]),
            .tensors([count]), .double(rate * group.factor), .double(betas.0), .double(betas.1),
            .double(group.decays ? weightDecay : 0), .double(epsilon), .bool(false), .bool(false), .optionalTensor(nil),
            .optionalTensor(nil),
          ])
      }
    }
  }
  /// The number of a step, on the device of the parameters: on a GPU the kernel reads it there.
  static func count(of step: Int, on device: Device) throws -> Tensor {
    try Tensor(repeating: Double(step), [], on: device)  // []
  }
}
