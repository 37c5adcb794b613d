/// Learns the vocabulary and the merges of a byte-level BPE tokenizer from texts.
///
/// Texts are cut into pieces, and distinct pieces are counted. Then the most frequent pair of adjacent tokens becomes a token, again and
/// again (Sennrich, Haddow, Birch 2016, "Neural machine translation of rare words with subword units", with bytes for characters).
/// Vocabulary and merges are those of `BpeTrainer` in Python's `tokenizers` 0.23.3 with the same options, `ByteLevel.alphabet()` as its
/// initial alphabet, on the same texts. They depend on nothing else: no seed, no number of threads.
///
/// Special tokens that are spelled in a text are text like any other here.
public struct BPETrainer: Sendable {
  /// How far ``train(progress:)`` is.
  public struct Progress: Sendable, Equatable {
    /// The ids that there are.
    public let vocabularySize: Int
    /// The ids that there are to be.
    public let goal: Int
  }

  /// What is learned.
  public let options: Options
  /// The bytes of all texts.
  public private(set) var textBytes = 0
  /// How many different pieces the texts were cut into.
  public var distinctPieces: Int { pieces.count }

  private let preTokenizer: PreTokenizer
  private var pieces = PieceCounts()

  /// - Throws: ``TokenizerTrainingError`` for options that contradict each other or that nothing can have.
  public init(_ options: Options) throws {
    try options.check()
    preTokenizer = try options.preTokenizer()
    self.options = options
  }

  /// Counts the pieces of a text.
  ///
  /// No piece spans two texts. What stays of a text is one copy of each piece that no text had before.
  /// - Throws: ``TokenizerTrainingError/tooManyPieces(bytes:limit:)``; `TokenizationError.unsplittable`, only with a pattern that
  ///   is not built in.
  public mutating func add(_ text: String) throws {
    let bytes = Array(text.utf8)
    try preTokenizer.forEachPart(of: bytes[...], isBeginning: true) { try pieces.add($0) }
    textBytes += bytes.count
  }

  /// Learns from the texts that were added; more may be added afterwards, and learned from again.
  ///
  /// - Parameter progress: Called now and then; what it throws ends the training.
  /// - Returns: A tokenizer that may have fewer ids than were asked for: ``TrainedTokenizer/stop`` says why.
  /// - Throws: ``TokenizerTrainingError/noText``, what `progress` throws.
  public func train(progress: (Progress) throws -> Void = { _ in }) throws -> TrainedTokenizer {
    guard pieces.count > 0 else { throw TokenizerTrainingError.noText }
    var learner = MergeLearner(pieces, options)
    let stop = try learner.learn(progress: progress)
    return TrainedTokenizer(learner.vocabulary, options: options, stop: stop)
  }
}
