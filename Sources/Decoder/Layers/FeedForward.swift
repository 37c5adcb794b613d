public import ModelConfiguration
public import Torch

/// Gated feed-forward block (Shazeer, arXiv 2002.05202): `W_down (f(W_gate x) ⊙ W_up x)`, f its activation.
public struct FeedForward: Sendable {
  public let gate: WeightMatrix  // [intermediate, hidden]
  public let up: WeightMatrix  // [intermediate, hidden]
  public let down: WeightMatrix  // [hidden, intermediate]
  public let activation: Activation

  var matrices: [WeightMatrix] { [gate, up, down] }

  /// `x` (normed): [tokens, hidden] → the same. Without experts this is the base.
  public func forward(
    _ x: Tensor, experts: (any ExpertSelection)? = nil, layer: Int = 0, tracing: Bool = false
  ) throws -> Traced {
    func project(_ x: Tensor, _ weight: WeightMatrix, _ projection: Projection) throws -> Traced {
      try experts?.project(x, through: weight, at: projection, layer: layer, tracing: tracing)
        ?? Traced.linear(x, weight, tracing: tracing)
    }
    let gated = try project(x, gate, .gate)  // [tokens, intermediate]
    let upped = try project(x, up, .up)  // [tokens, intermediate]
    let output = try project(GatedLinearUnit.forward(activation, gate: gated.value, up: upped.value), down, .down)
    let outputBackward = output.backwardPass
    return Traced(output.value, tracing: tracing) { gradient, toInput in
      let activated = try outputBackward.backward(gradient)  // [tokens, intermediate]
      let inner = try GatedLinearUnit.backward(activation, activated, gate: gated.value, up: upped.value)
      let byGate = try gated.backwardPass.backward(inner.gate, toInput: toInput)
      if experts == nil, gate.trained != nil, let up = up.trained, let byGate {
        // In pretraining the second product is added to the first where it lies.
        try up.accumulateProduct(inner.up, x)
        try byGate.addProductInPlace(inner.up, up)
        return byGate
      }
      let byUp = try upped.backwardPass.backward(inner.up, toInput: toInput)
      guard let byGate, let byUp else { return nil }
      return try byGate + byUp
    }
  }
}
