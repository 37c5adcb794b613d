import CTorch

/// The low-rank parts of a projection for tokens with different experts: the base's product is made once, for all of them.
///
/// What a token gets depends on the token and its expert alone, bit for bit. The number of other tokens, their experts and the number of
/// threads have no influence (S-LoRA, arXiv 2311.03285, and Punica, arXiv 2310.18547, call this a segmented product).
public struct LowRankSegments {
  private let list: [(tokens: Range<Int>, factors: SegmentFactors)]

  /// - Parameter list: Neighbouring tokens and what their expert has for the projection, in the order of the tokens. Tokens of the base,
  ///   and of experts without such a pair, are left out.
  public init(_ list: [(tokens: Range<Int>, factors: SegmentFactors)]) { self.list = list }

  /// y += scaling · B A x, where `y` lies. `x`: [tokens, inputs]; `y`: [tokens, outputs]; both float32, or both bfloat16 with sums in
  /// float32.
  ///
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)``.
  public func add(to y: Tensor, of x: Tensor) throws {
    guard !list.isEmpty else { return }
    let (tokens, inputs, outputs) = (x.shape.first ?? 0, x.shape.last ?? 0, y.shape.last ?? 0)
    try Kernels.require("the input of low-rank segments", x, [tokens, inputs])
    try Kernels.require("the output of low-rank segments", y, [tokens, outputs])
    try Segments.require(list.map(\.tokens), tokens: tokens)
    for (_, factors) in list { try factors.require("a low-rank segment", inputs: inputs, outputs: outputs) }
    guard Kernels.suitActivations(x, y), y.isContiguous else { return try addComposed(to: y, of: x) }
    let x = try x.contiguous()
    let segments = list.map {
      AccreteSegment(first: Int64($0.tokens.lowerBound), count: Int64($0.tokens.count), factors: $0.factors.raw)
    }
    try segments.withUnsafeBufferPointer { segments in
      var work = AccreteLowRank(
        segments: Int64(segments.count), inputs: Int64(inputs), outputs: Int64(outputs), list: segments.baseAddress,
        x: try x.activationMemory(), half: y.isHalf, threads: libtorch.accrete_get_threads())
      accrete_add_low_rank(&work, try y.activationMemory())
    }
    withExtendedLifetime((x, list)) {}
  }

  /// The same by single operations: on other devices, and what the kernel is compared with.
  func addComposed(to y: Tensor, of x: Tensor) throws {
    for (tokens, factors) in list {
      let part = try y.narrowed(0, from: tokens.lowerBound, count: tokens.count)
      let input = try x.narrowed(0, from: tokens.lowerBound, count: tokens.count)
      try part.copyInPlace(from: factors.expanded(factors.reduced(input), onto: part))
    }
  }
}
