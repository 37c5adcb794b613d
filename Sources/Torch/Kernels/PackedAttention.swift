import CTorch

/// Causal attention of sequences with a length of their own, packed one after the other: nothing is padded, repeated or masked
/// afterwards. Query heads share key heads in groups.
public struct PackedAttention {
  /// Which packed tokens make a sequence, and what they may look at.
  public struct Layout: Sendable {
    let starts: [Int64]
    let groups: [Int32]?
    let window: Window?
    /// The same as `starts` on the device that computes it, where attention of a device does. int32 [sequences + 1]
    let cumulative: Tensor?

    /// How far back a token looks: at tokens whose position is less than `size` before its own.
    public struct Window: Sendable {
      public let size: Int
      /// Of each token; `nil`: its number in its sequence.
      public let positions: [Int32]?

      public init(size: Int, positions: [Int32]? = nil) {
        self.size = size
        self.positions = positions
      }
    }

    /// - Parameters:
    ///   - lengths: Tokens of each sequence.
    ///   - groups: See ``AttentionMask/grouped(_:)``; `nil` for plain causal sequences.
    ///   - window: `nil`: a token looks at everything before it.
    ///   - cumulative: Where sequences begin and the last one's end, on a device whose attention is libtorch's; `nil`: sent when it is needed.
    ///     int32 [sequences + 1]
    /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)`` when there is not one group, or one position, for each token.
    public init(lengths: [Int], groups: [Int32]? = nil, window: Window? = nil, cumulative: Tensor? = nil) throws {
      starts = lengths.reduce(into: [0]) { $0.append($0[$0.count - 1] + Int64($1)) }
      self.groups = groups
      self.window = window
      self.cumulative = cumulative
      for (what, numbers) in [("groups", groups), ("positions", window?.positions)] {
        guard let numbers, numbers.count != tokens else { continue }
        throw TorchError.shapeMismatch(what: "\(what) of packed tokens", expected: [tokens], got: [numbers.count])
      }
    }

    var tokens: Int { Int(starts[starts.count - 1]) }
  }

  let layout: Layout
  let queries: Tensor  // [tokens, heads, headDim]
  let keys: Tensor  // [tokens, kvHeads, headDim]
  let values: Tensor  // [tokens, kvHeads, headDim]
  /// [tokens, heads, headDim]
  public let output: Tensor
  /// log Σ exp of each query's scores; `nil` when nothing is traced. [tokens, heads]
  private let statistics: Tensor?
  /// What computes it instead, where our kernels do not.
  private let device: DeviceAttention?

  /// - Parameters:
  ///   - queries: [tokens, heads, headDim]
  ///   - keys: [tokens, kvHeads, headDim]
  ///   - values: [tokens, kvHeads, headDim]
  ///   - layout: Where sequences begin and end.
  ///   - tracing: Whether ``backward(_:)`` will be called.
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)``.
  public init(queries: Tensor, keys: Tensor, values: Tensor, layout: Layout, tracing: Bool) throws {
    let shape = queries.shape
    guard shape.count == 3, keys.shape.count == 3, keys.shape == values.shape, keys.shape[2] == shape[2],
      keys.shape[1] > 0, shape[1] % keys.shape[1] == 0, shape[0] == layout.tokens, keys.shape[0] == layout.tokens
    else { throw TorchError.shapeMismatch(what: "keys of packed attention", expected: shape, got: keys.shape) }
    try Kernels.requireType("keys of packed attention", keys, as: queries)
    try Kernels.requireType("values of packed attention", values, as: queries)
    self.layout = layout
    self.queries = try queries.contiguous()
    self.keys = try keys.contiguous()
    self.values = try values.contiguous()
    if Kernels.areDevices(queries) {
      let device = try DeviceAttention(
        queries: self.queries, keys: self.keys, values: self.values, layout: layout, tracing: tracing)
      (self.device, output, statistics) = (device, device.output, nil)
      return
    }
    device = nil
    output = try Tensor(uninitialized: shape, queries.dtype ?? .float32)
    statistics = tracing ? try Tensor(uninitialized: [shape[0], shape[1]]) : nil
    try lend { accrete_attention_forward(&$0, try output.activationMemory(), try statistics?.kernelMemory()) }
  }

  /// From the gradient by the output to those by queries, keys and values.
  public func backward(_ gradient: Tensor) throws -> (queries: Tensor, keys: Tensor, values: Tensor) {
    if let device { return try device.backward(gradient) }
    guard let statistics else {
      throw TorchError.unexpectedResult(operation: "attention", expected: "a traced pass", got: "an untraced one")
    }
    try Kernels.require("attention's gradient", gradient, queries.shape)
    try Kernels.requireType("attention's gradient", gradient, as: queries)
    let type = queries.dtype ?? .float32
    let results = (
      queries: try Tensor(uninitialized: queries.shape, type), keys: try Tensor.zeros(keys.shape, type),
      values: try Tensor.zeros(values.shape, type)
    )
    let gradient = try gradient.contiguous()
    try lend {
      var gradients = AccreteAttentionGradients(
        out: try output.activationMemory(), statistics: try statistics.kernelMemory(),
        out_gradient: try gradient.activationMemory(), queries: try results.queries.activationMemory(),
        keys: try results.keys.activationMemory(), values: try results.values.activationMemory())
      accrete_attention_backward(&$0, &gradients)
    }
    return withExtendedLifetime(gradient) { results }
  }

  private func lend(_ body: (inout AccreteAttention) throws -> Void) throws {
    let shape = queries.shape
    try layout.starts.withUnsafeBufferPointer { starts in
      try (layout.groups ?? []).withUnsafeBufferPointer { groups in
        try (layout.window?.positions ?? []).withUnsafeBufferPointer { positions in
          var parameters = AccreteAttention(
            sequences: Int64(starts.count - 1), heads: Int64(shape[1]), kv_heads: Int64(keys.shape[1]),
            dim: Int64(shape[2]), window: Int64(layout.window?.size ?? 0), starts: starts.baseAddress,
            groups: layout.groups == nil ? nil : groups.baseAddress,
            positions: layout.window?.positions == nil ? nil : positions.baseAddress,
            queries: try queries.activationMemory(), keys: try keys.activationMemory(),
            values: try values.activationMemory(), scale: 1 / Float(shape[2]).squareRoot(),
            threads: libtorch.accrete_get_threads(), half: queries.isHalf)
          try body(&parameters)
        }
      }
    }
  }
}

extension Tensor {
  /// Rotates pairs (x[i], x[i + headDim/2]) of every head; `direction` −1 rotates back. `self`: [tokens, heads, headDim];
  /// cosines, sines: [tokens, headDim / 2].
  public func rotated(cosines: Tensor, sines: Tensor, direction: Double) throws -> Tensor {
    let shape = self.shape
    guard shape.count == 3, cosines.shape == [shape[0], shape[2] / 2], sines.shape == cosines.shape else {
      throw TorchError.shapeMismatch(
        what: "angles of a rotation", expected: [shape.first ?? 0, (shape.last ?? 0) / 2], got: cosines.shape)
    }
    if let kernels = DeviceOperations.kernels(forActivations: self, self) {
      return try kernels.rotated(self, cosines: cosines, sines: sines, direction: direction)
    }
    guard Kernels.suitActivations(self), Kernels.suit(cosines) else {
      let (c, s) = (try cosines.unsqueezed(1), try sines.unsqueezed(1) * direction)
      let half = shape[2] / 2
      let (a, b) = (try narrowed(2, from: 0, count: half), try narrowed(2, from: half, count: half))
      return try Tensor.concatenated([a * c - b * s, b * c + a * s], axis: 2).converted(to: dtype ?? .float32)
    }
    let (x, c, s) = (try contiguous(), try cosines.contiguous(), try sines.contiguous())
    let result = try Tensor(uninitialized: shape, dtype ?? .float32)
    accrete_rotate(
      isHalf, Int64(shape[0]), Int64(shape[1]), Int64(shape[2]), try x.activationMemory(), try c.kernelMemory(),
      try s.kernelMemory(), Float(direction), try result.activationMemory(), libtorch.accrete_get_threads())
    return withExtendedLifetime((x, c, s)) { result }
  }
}
