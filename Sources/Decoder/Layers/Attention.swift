import ModelConfiguration
public import Torch

/// Grouped-query attention (Ainslie et al., arXiv 2305.13245) with rotary positions; what families add is a plain part each.
public struct Attention: Sendable {
  public let query: WeightMatrix  // [heads · headDim, hidden]
  /// Nil in a layer that attends to the keys and values of an earlier one.
  public let own: KeysAndValues?
  public let output: WeightMatrix  // [hidden, heads · headDim]
  public let heads: Int
  public let kvHeads: Int
  public let headDim: Int
  let biases: AttentionBiases?
  let norm: HeadNorm?
  /// The layer whose keys and values these are; the layer itself where it has its own.
  let source: Int
  /// Tokens that a token sees, itself included; `nil`: all before it.
  let window: Int?

  /// The projections that make a layer's own keys and values.
  public struct KeysAndValues: Sendable {
    public let key: WeightMatrix  // [kvHeads · headDim, hidden]
    public let value: WeightMatrix  // [kvHeads · headDim, hidden]
  }

  var matrices: [WeightMatrix] { [query, output] + (own.map { [$0.key, $0.value] } ?? []) }

  /// `x` (normed): [tokens, hidden] → the same; where only some tokens are read, → [tokens read, hidden].
  func forward(_ x: Tensor, _ pass: ForwardPass, layer: Int) throws -> Traced {
    let tokens = x.shape[0]
    let queries = try rotated(
      pass.project(x, query, .query, layer: layer).adding(biases?.query), heads, .queries, pass)
    let made = try own.map { own in
      (
        keys: try rotated(
          pass.project(x, own.key, .key, layer: layer).adding(biases?.key), kvHeads, .keys, pass),
        values: try pass.project(x, own.value, .value, layer: layer).adding(biases?.value)
          .reshaped([tokens, kvHeads, headDim], pass.tracing)
      )
    }
    let attended = try attend(
      queries.value, made.map { CachedAttention.New(keys: $0.keys.value, values: $0.values.value) }, pass, layer: layer)
    let merged = try attended.output.reshaped([tokens, heads * headDim])
    let result = try pass.afterAttention().project(
      pass.reading?.taken(merged) ?? merged, output, .attentionOutput, layer: layer
    ).adding(biases?.output)
    let (outputBackward, attendedBack, queryBackward) = (result.backwardPass, attended.backward, queries.backwardPass)
    let passes = made.map { (keys: $0.keys.backwardPass, values: $0.values.backwardPass) }
    return Traced(result.value, tracing: pass.tracing) { gradient, toInput in
      let merged = try outputBackward.backward(gradient)
      let inner = try attendedBack(
        (pass.reading?.spread(merged, tokens: tokens) ?? merged).reshaped([tokens, heads, headDim]))
      var parts = [try queryBackward.backward(inner.queries, toInput: toInput)]
      if let passes {
        let whole = try pass.sharing.collected(layer, keys: inner.keys, values: inner.values)
        parts.append(try passes.keys.backward(whole.keys, toInput: toInput))
        parts.append(try passes.values.backward(whole.values, toInput: toInput))
      } else {
        try pass.sharing.pass(back: inner.keys, inner.values, to: source)
      }
      let known = parts.compactMap(\.self)
      guard var sum = known.first else { return nil }
      for part in known.dropFirst() { sum = try sum + part }
      return sum  // [tokens, hidden]
    }
  }

  /// Attention's result with its backward pass; all [tokens, heads or kvHeads, headDim].
  struct Attended {
    let output: Tensor
    let backward: (Tensor) throws -> (queries: Tensor, keys: Tensor, values: Tensor)
  }

  static func untraced(_ gradient: Tensor) throws -> (queries: Tensor, keys: Tensor, values: Tensor) {
    throw TorchError.unexpectedResult(operation: "attention", expected: "a traced pass", got: "an untraced one")
  }

  /// `new`: the layer's own keys and values; `nil`: those of its source.
  private func attend(
    _ queries: Tensor, _ new: CachedAttention.New?, _ pass: ForwardPass, layer: Int
  ) throws -> Attended {
    let plan = try pass.plan(window: window)
    if let cache = pass.cache, case .packed(let layout) = plan {
      // A cache is float32.
      let widened = try new.map {
        CachedAttention.New(keys: try $0.keys.converted(to: .float32), values: try $0.values.converted(to: .float32))
      }
      let output = try cache.attend(
        queries: queries.converted(to: .float32), new: widened, kvHeads: kvHeads, layout: layout,
        sequenceCount: pass.packing.sequenceCount, layer: source)
      return Attended(output: try output.converted(to: pass.activations), backward: Self.untraced)
    }
    if case .slots(let slots) = plan {
      let output = try slots.attend(queries: queries, new: new, layer: source)
      return Attended(output: output, backward: Self.untraced)
    }
    if let new { pass.sharing.offer(new, of: layer) }
    let taken = try new ?? pass.sharing.taken(from: source)
    switch plan {
    case .packed(let layout):
      if let expansion = pass.packing.expansion {
        let packed = try PackedAttention(
          queries: expansion.expanded(queries), keys: expansion.expanded(taken.keys),
          values: expansion.expanded(taken.values), layout: layout, tracing: false)
        return Attended(output: try expansion.collapsed(packed.output), backward: Self.untraced)
      }
      let packed = try PackedAttention(
        queries: queries, keys: taken.keys, values: taken.values, layout: layout, tracing: pass.tracing)
      return Attended(output: packed.output, backward: packed.backward)
    case .slots: return Attended(output: queries, backward: Self.untraced)  // above
    case .grid(let mask, let grid):
      return try onGrid(queries: queries, taken, isNew: new != nil, mask: mask, grid, pass)
    }
  }

  private enum Side { case queries, keys }

  /// A projection's heads, normed and rotated by their positions. [tokens, count · headDim] → [tokens, count, headDim]
  private func rotated(_ projected: Traced, _ count: Int, _ side: Side, _ pass: ForwardPass) throws -> Traced {
    let tokens = projected.value.shape[0]
    let plain = try projected.value.reshaped([tokens, count, headDim])
    let backwardPass = projected.backwardPass
    let angles = pass.angles(window: window)
    func flat(_ gradient: Tensor) throws -> Tensor { try gradient.reshaped([tokens, count * headDim]) }
    guard let norm else {
      return Traced(try pass.rotary.rotate(plain, by: angles), tracing: pass.tracing) { gradient, toInput in
        try backwardPass.backward(flat(pass.rotary.rotateBack(gradient, by: angles)), toInput: toInput)
      }
    }
    let gain = try side == .queries ? norm.queryGain() : norm.keyGain
    /// From the gradient by the normed heads to that by the heads.
    func normBackward(_ gradient: Tensor, _ input: Tensor) throws -> Tensor {
      let ownGradient = { try gradient.rmsNormWeightGradient(input, epsilon: pass.epsilon) }
      switch side {
      case .queries: try norm.collect(query: ownGradient())
      case .keys: try norm.collect(key: ownGradient())
      }
      return try gradient.rmsNormBackward(input, weight: gain, epsilon: pass.epsilon)
    }
    switch norm.order {
    case .beforeRotation:
      let normed = try plain.rmsNormalized(weight: gain, epsilon: pass.epsilon)
      return Traced(try pass.rotary.rotate(normed, by: angles), tracing: pass.tracing) { gradient, toInput in
        try backwardPass.backward(
          flat(normBackward(pass.rotary.rotateBack(gradient, by: angles), plain)), toInput: toInput)
      }
    case .afterRotation:
      let rotated = try pass.rotary.rotate(plain, by: angles)
      let normed = try rotated.rmsNormalized(weight: gain, epsilon: pass.epsilon)
      return Traced(normed, tracing: pass.tracing) { gradient, toInput in
        try backwardPass.backward(
          flat(pass.rotary.rotateBack(normBackward(gradient, rotated), by: angles)), toInput: toInput)
      }
    }
  }
}

extension Traced {
  /// The same with a bias added. `bias`: [out]
  fileprivate func adding(_ bias: Tensor?) throws -> Traced {
    guard let bias else { return self }
    let sum = try value + bias.converted(to: value.dtype ?? .float32)
    guard bias.requiresGradient else { return Traced(sum, backwardPass: backwardPass) }
    let backwardPass = backwardPass
    return Traced(sum, tracing: pullback != nil) { gradient, toInput in
      try bias.accumulateGradient(gradient.sum(0))
      return try backwardPass.backward(gradient, toInput: toInput)
    }
  }

  fileprivate func reshaped(_ shape: [Int], _ tracing: Bool) throws -> Traced {
    let (before, backwardPass) = (value.shape, backwardPass)
    return Traced(try value.reshaped(shape), tracing: tracing) { gradient, toInput in
      try backwardPass.backward(gradient.reshaped(before), toInput: toInput)
    }
  }
}
