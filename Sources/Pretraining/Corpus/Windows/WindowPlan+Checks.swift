import Files

extension WindowPlan {
  /// Requires that stages follow each other without gaps and have a length.
  static func requireOrder(_ stages: [Stage]) throws {
    guard !stages.isEmpty else {
      throw CorpusError.plan(
        .init("stages", expected: "at least one stage", got: "none", fix: "Say how many windows are learned."))
    }
    var next = 0
    for (number, stage) in stages.enumerated() {
      guard stage.count > 0, stage.firstWindow == next, stage.sequenceLength > 0 else {
        throw CorpusError.plan(
          .init(
            "stage \(number)", expected: "one window or more, the first of them number \(next), of one token or more",
            got: "\(stage.count) from number \(stage.firstWindow) on, of \(stage.sequenceLength) tokens",
            fix: "Stages follow each other without gaps."))
      }
      let (end, isTooMuch) = next.addingReportingOverflow(stage.count)
      guard !isTooMuch else {
        throw CorpusError.plan(
          .init(
            "stage \(number)", expected: "at most \(Int.max) windows", got: "more",
            fix: "Correct the number of its steps."))
      }
      next = end
    }
  }

  /// The mixture of a stage, every source of which has windows.
  static func mixture(of stage: Stage, number: Int, sources: [Source], seed: UInt64) throws -> MixtureOrder {
    let names = sources.map(\.name)
    if let unknown = stage.weights.keys.sorted().first(where: { !names.contains($0) }) {
      throw CorpusError.plan(
        .init(
          "stage \(number)", expected: "weights of \(names.listed)", got: unknown.debugDescription,
          fix: "Correct the name, or add the source."))
    }
    let mixture = try MixtureOrder(weights: names.map { stage.weights[$0] ?? 0 }, seed: seed, stage: number)
    for (source, share) in zip(sources, mixture.shares) where stage.weights[source.name] ?? 0 > 0 {
      guard share > 0 else {
        throw CorpusError.plan(
          .init(
            "stage \(number), source \(source.name)",
            expected: "a weight of at least one window in \(MixtureOrder.blockSize)",
            got: "too small a one, of which nothing would be learned", fix: "Raise the weight, or make it 0."))
      }
      guard source.windows(length: stage.sequenceLength) > 0 else {
        throw CorpusError.plan(
          .init(
            "stage \(number), source \(source.name)",
            expected: "a window: \(stage.sequenceLength) tokens and the one after them", got: "\(source.tokens) tokens",
            fix: "Add text to the source, shorten the windows, or make its weight 0."))
      }
    }
    return mixture
  }

  /// How many of the first `count` positions of a stage each source has.
  static func taken(_ count: Int, by mixture: MixtureOrder) -> [Int] {
    let (blocks, rest) = count.quotientAndRemainder(dividingBy: MixtureOrder.blockSize)
    var taken = mixture.shares.map { $0 * blocks }
    if rest > 0 {
      for source in mixture.block(blocks).prefix(rest) { taken[source] += 1 }
    }
    return taken
  }
}
