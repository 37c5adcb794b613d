public import Torch

/// One layer: normed attention and normed feed-forward, each added to the residual stream; in some families behind another norm.
public struct DecoderLayer: Sendable {
  public let attentionNorm: Tensor  // [hidden]
  public let attention: Attention
  let attentionOutputNorm: Tensor?  // [hidden]
  public let feedForwardNorm: Tensor  // [hidden]
  public let feedForward: FeedForwardBlock
  let feedForwardOutputNorm: Tensor?  // [hidden]

  /// Every matrix of the layer.
  var matrices: [WeightMatrix] { attention.matrices + feedForward.matrices }

  /// `x`: [tokens, hidden] → the same; where only some tokens are read, → [tokens read, hidden].
  func forward(_ x: Tensor, _ pass: ForwardPass, layer: Int) throws -> Traced {
    let (epsilon, tracing, type) = (pass.epsilon, pass.tracing, pass.activations)
    let attended = try attention.forward(
      x.rmsNormalized(weight: attentionNorm, epsilon: epsilon, as: type), pass, layer: layer
    ).normalized(attentionOutputNorm, epsilon: epsilon)
    // [tokens, hidden]; from here on in the last layer [tokens read, hidden]
    let rest = try pass.reading?.taken(x) ?? x
    let (middle, normed) = try rest.addedAndNormalized(attended.value, weight: feedForwardNorm, epsilon: epsilon)
    let fed = try feedForward.forward(normed, pass.afterAttention(), layer: layer)
      .normalized(feedForwardOutputNorm, epsilon: epsilon)
    let (attentionBackward, feedForwardBackward) = (attended.backwardPass, fed.backwardPass)
    return Traced(try middle + fed.value, tracing: tracing) { gradient, toInput in
      // Below the lowest trained factor nothing is computed.
      let toAttention = toInput || pass.experts?.trainsAttention(layer: layer) == true
      guard let inner = try feedForwardBackward.backward(gradient.converted(to: type), toInput: toAttention) else {
        return nil
      }
      try feedForwardNorm.accumulateGradient(inner.rmsNormWeightGradient(middle, epsilon: epsilon))
      let middleGradient = try inner.rmsNormBackward(middle, weight: feedForwardNorm, epsilon: epsilon, rest: gradient)
      guard let outer = try attentionBackward.backward(middleGradient.converted(to: type), toInput: toInput) else {
        return nil
      }
      try attentionNorm.accumulateGradient(outer.rmsNormWeightGradient(x, epsilon: epsilon))
      let around = try pass.reading?.spread(middleGradient, tokens: x.shape[0]) ?? middleGradient
      return try outer.rmsNormBackward(x, weight: attentionNorm, epsilon: epsilon, rest: around)
    }
  }

  /// As ``forward(_:_:layer:)``, keeping nothing but the input: the backward pass computes the layer again.
  func checkpointed(_ x: Tensor, _ pass: ForwardPass, layer: Int) throws -> Traced {
    var passing = pass
    passing.tracing = false
    pass.experts?.enter(layer: layer, again: false)
    return Traced(try forward(x, passing, layer: layer).value, tracing: true) { gradient, toInput in
      pass.experts?.enter(layer: layer, again: true)
      return try forward(x, pass, layer: layer).pullback?(gradient, toInput)
    }
  }
}

extension Traced {
  /// The same behind a norm, where there is one. Its gain does not train. `gain`: [hidden]
  fileprivate func normalized(_ gain: Tensor?, epsilon: Double) throws -> Traced {
    guard let gain else { return self }
    let (input, backwardPass) = (value, backwardPass)
    return Traced(try input.rmsNormalized(weight: gain, epsilon: epsilon), tracing: pullback != nil) {
      gradient, toInput in
      try backwardPass.backward(gradient.rmsNormBackward(input, weight: gain, epsilon: epsilon), toInput: toInput)
    }
  }
}
