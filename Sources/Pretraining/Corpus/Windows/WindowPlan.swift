/// Which windows a run takes, and when: a pure function of seed and position (docs/pretraining.md, "Which windows when").
///
/// Positions are the run's windows in the order of use. A plan remembers nothing, so that a resumed run, or one with another number of
/// windows per step, takes what it would have taken.
public struct WindowPlan: Sendable {
  /// A source as the plan sees it.
  public struct Source: Sendable, Equatable {
    public let name: String
    /// Tokens of its training stream.
    public let tokens: Int

    public init(name: String, tokens: Int) {
      self.name = name
      self.tokens = tokens
    }

    /// N of windows with `length` inputs, each with its target.
    func windows(length: Int) -> Int { tokens > 0 ? (tokens - 1) / length : 0 }
  }

  /// A range of positions with one mixture and one length.
  public struct Stage: Sendable, Equatable {
    /// The first position; that of the first stage is 0, that of another the one after the stage before.
    public let firstWindow: Int
    /// How many positions it has.
    public let count: Int
    /// By the names of sources; those without one have none of its windows.
    public let weights: [String: Double]
    /// T, tokens of input of a window.
    public let sequenceLength: Int

    public init(firstWindow: Int, count: Int, weights: [String: Double], sequenceLength: Int) {
      self.firstWindow = firstWindow
      self.count = count
      self.weights = weights
      self.sequenceLength = sequenceLength
    }

    var end: Int { firstWindow + count }
  }

  public let seed: UInt64
  public let sources: [Source]
  public let stages: [Stage]
  let mixtures: [MixtureOrder]
  /// By stage and source: the number in the source's order of the first window that the stage takes of it.
  let firsts: [[Int]]
  /// By stage and source: how many windows the stage takes of it.
  let taken: [[Int]]

  /// The positions of all stages.
  public var count: Int { stages.last?.end ?? 0 }

  /// - Parameters:
  ///   - seed: The run's seed.
  ///   - sources: In the order in which they were given.
  ///   - stages: One after the other without gaps.
  /// - Throws: ``CorpusError/source(_:)`` if there is no source or a name stands twice. ``CorpusError/plan(_:)`` if stages do not follow
  ///   each other, name an unknown source, or take windows of a source that has none.
  public init(seed: UInt64, sources: [Source], stages: [Stage]) throws {
    try TextSource.requireDistinct(sources.map(\.name))
    try Self.requireOrder(stages)
    self.seed = seed
    self.sources = sources
    self.stages = stages
    mixtures = try stages.enumerated().map { number, stage in
      try Self.mixture(of: stage, number: number, sources: sources, seed: seed)
    }
    var (firsts, taken) = ([[Int]](), [[Int]]())
    for (number, stage) in stages.enumerated() {
      let before = taken.indices.filter { stages[$0].sequenceLength == stage.sequenceLength }
      firsts.append(sources.indices.map { source in before.reduce(0) { $0 + taken[$1][source] } })
      taken.append(Self.taken(stage.count, by: mixtures[number]))
    }
    (self.firsts, self.taken) = (firsts, taken)
  }

  /// The window at a position.
  ///
  /// - Throws: ``CorpusError/plan(_:)`` if no stage has the position.
  public func window(at position: Int) throws -> PlannedWindow {
    guard position >= 0, position < count else { throw outside(position) }
    return try windows(at: position..<position + 1)[0]
  }

  /// The windows at some positions in a row, say of a step. The mixture of a block is made once for all of its positions.
  ///
  /// - Throws: As ``window(at:)``.
  public func windows(at positions: Range<Int>) throws -> [PlannedWindow] {
    guard positions.lowerBound >= 0, positions.upperBound <= count else { throw outside(positions.upperBound - 1) }
    var windows: [PlannedWindow] = []
    windows.reserveCapacity(positions.count)
    var position = positions.lowerBound
    while position < positions.upperBound, let stage = stages.firstIndex(where: { position < $0.end }) {
      let block = (position - stages[stage].firstWindow) / MixtureOrder.blockSize
      let start = stages[stage].firstWindow + block * MixtureOrder.blockSize
      // The last block of a stage, and of all positions, is cut off. (A block's end may be no number at all.)
      let size = min(MixtureOrder.blockSize, min(stages[stage].end, positions.upperBound) - start)
      append(stage: stage, block: block, offsets: position - start..<size, to: &windows)
      position = start + size
    }
    return windows
  }

  private func append(stage: Int, block: Int, offsets: Range<Int>, to windows: inout [PlannedWindow]) {
    let mixture = mixtures[stage]
    var next = sources.indices.map { firsts[stage][$0] + block * mixture.shares[$0] }
    for (offset, source) in mixture.block(block).prefix(offsets.upperBound).enumerated() {
      if offset >= offsets.lowerBound { windows.append(window(number: next[source], of: source, stage: stage)) }
      next[source] += 1
    }
  }

  /// Number `number` of a source's order.
  private func window(number: Int, of source: Int, stage: Int) -> PlannedWindow {
    let length = stages[stage].sequenceLength
    let count = sources[source].windows(length: length)
    let (epoch, position) = number.quotientAndRemainder(dividingBy: count)
    let order = WindowPermutation(
      count: count, seed: seed, source: sources[source].name, sequenceLength: length, epoch: epoch)
    return PlannedWindow(
      source: source, window: order[position], sequenceLength: length, epoch: epoch, stage: stage)
  }

  private func outside(_ position: Int) -> CorpusError {
    .plan(
      .init(
        "window \(position) of the run", expected: "a number in 0..<\(count)", got: "another",
        fix: "Let the stages go on to the last step."))
  }
}
