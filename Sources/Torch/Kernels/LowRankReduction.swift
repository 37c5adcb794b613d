import CTorch

/// Low-rank factors of several pairs on one input, each with a dropout mask of its own: `A_k drop_k(x)`.
public struct LowRankReduction {
  let x: Tensor  // [tokens, width]
  let a: Tensor  // [pairs, rank, width]
  let dropout: DropoutMasks?

  /// - Parameters:
  ///   - x: The input. [tokens, width]
  ///   - a: The factors as ``Kernels/stacked(_:)`` makes them. [pairs, rank, width]
  ///   - dropout: One key for each pair; `nil` in inference.
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)``.
  public init(_ x: Tensor, a: Tensor, dropout: DropoutMasks?) throws {
    let (pairs, rank, width) = (a.shape.first ?? 0, a.shape.dropFirst().first ?? 0, a.shape.last ?? 0)
    try Kernels.require("stacked factors", a, [pairs, Kernels.padded(rank: rank), width])
    try Kernels.require("the input of low-rank factors", x, [x.shape.first ?? 0, width])
    try Kernels.require(dropout, uses: pairs)
    self.x = try x.contiguous()
    self.a = try a.contiguous()
    self.dropout = dropout
  }

  private var pairs: Int { a.shape[0] }
  private var rank: Int { a.shape[1] }

  /// [tokens, pairs · rank]
  public func forward() throws -> Tensor {
    if Kernels.areDevices(x) { return try deviceForward() }
    let reduced = try Tensor(uninitialized: [x.shape[0], pairs * rank])
    try lend { accrete_reduce(&$0, try reduced.kernelMemory()) }
    return reduced
  }

  /// - Parameters:
  ///   - gradient: By what ``forward()`` returned.
  ///   - flow: What the input's gradient is computed from, where that differs.
  ///   - input: Gets the input's gradient added; `nil` where it is not wanted. [tokens, width]
  /// - Returns: The factors' gradients. [pairs, rank, width]
  public func backward(_ gradient: Tensor, flow: Tensor? = nil, addingTo input: Tensor?) throws -> Tensor {
    let reduced = [x.shape[0], pairs * rank]
    try Kernels.require("the gradient of low-rank factors", gradient, reduced)
    if let flow { try Kernels.require("the flow through low-rank factors", flow, reduced) }
    if let input {
      try Kernels.require("the input's gradient", input, x.shape)
      try Kernels.requireType("the input's gradient", input, as: x)
    }
    if Kernels.areDevices(x) { return try deviceBackward(gradient, flow: flow, addingTo: input) }
    let factors = try Tensor.zeros(a.shape)
    let gradient = try gradient.contiguous()
    let flow = try flow?.contiguous()
    try lend {
      accrete_reduce_backward(
        &$0, try gradient.kernelMemory(), try flow?.kernelMemory(), try factors.kernelMemory(),
        try input?.activationMemory())
    }
    return withExtendedLifetime((gradient, flow)) { factors }
  }

  private func lend(_ body: (inout AccreteReduction) throws -> Void) throws {
    try dropout.withKeys(pairs) { keys in
      var parameters = AccreteReduction(
        tokens: Int64(x.shape[0]), width: Int64(a.shape[2]), rank: Int64(rank), pairs: Int64(pairs),
        x: try x.activationMemory(), a: try a.kernelMemory(), keys: keys, dropout: dropout.parameters,
        threads: libtorch.accrete_get_threads(), half: x.isHalf)
      try withExtendedLifetime((x, a)) { try body(&parameters) }
    }
  }
}
