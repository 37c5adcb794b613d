/// The tokens of windows.
public struct WindowReader: Sendable {
  public let corpus: TokenCorpus
  /// Which documents are read.
  public let side: CorpusSide

  public init(_ corpus: TokenCorpus, side: CorpusSide = .train) {
    self.corpus = corpus
    self.side = side
  }

  /// The sources of the corpus as a plan sees them.
  public var sources: [WindowPlan.Source] {
    corpus.sources.map { WindowPlan.Source(name: $0.name, tokens: $0[side].count) }
  }

  /// A window's inputs and targets: tokens 0 to T − 1 and 1 to T of what is returned.
  ///
  /// - Returns: T + 1 tokens.
  /// - Throws: ``CorpusError`` if the corpus has no such window, or its tokens are none of the vocabulary.
  public func tokens(of window: PlannedWindow) throws -> [Int] {
    try tokens(source: window.source, window: window.window, sequenceLength: window.sequenceLength)
  }

  /// The same by numbers.
  ///
  /// - Parameters:
  ///   - source: The source's number, from 0.
  ///   - window: The window's number, from 0.
  ///   - sequenceLength: T, tokens of input.
  public func tokens(source: Int, window: Int, sequenceLength: Int) throws -> [Int] {
    guard corpus.sources.indices.contains(source) else {
      throw CorpusError.plan(
        .init(
          "source \(source)", expected: "one of \(corpus.sources.count) sources", got: "another",
          fix: "Plan with the sources of this corpus."))
    }
    return try corpus.sources[source][side].window(window, length: sequenceLength)
  }
}
