extension BPETrainer {
  /// What a tokenizer is to be.
  public struct Options: Sendable, Equatable {
    /// The pattern of Qwen2: letters with one character before them, digits one by one, symbols, white space.
    public static let singleDigitPattern =
      #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#

    /// The special tokens of a base that is taught conversations in ChatML.
    public static let chatSpecialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|pad|>"]

    /// The most ids that there can be.
    static let mostTokens = Int(Int32.max)

    /// How many ids there are to be, special tokens and the 256 bytes included.
    public var vocabularySize: Int

    /// Tokens that stand for themselves, in the order of their ids from 0.
    public var specialTokens: [String]

    /// How often a pair of tokens has to be in the texts to be merged.
    public var minimumFrequency: Int

    /// Tokens made by merging have fewer bytes than this, but for those of two bytes, which are not limited; `nil`: no limit.
    ///
    /// Fewer, not as many: that is how `max_token_length` of Python's `tokenizers` is counted.
    public var maxTokenLength: Int?

    /// The regular expression that cuts texts into pieces; no token spans two of them.
    public var pattern: String

    public init(
      vocabularySize: Int, specialTokens: [String] = chatSpecialTokens, minimumFrequency: Int = 2,
      maxTokenLength: Int? = nil, pattern: String = singleDigitPattern
    ) {
      self.vocabularySize = vocabularySize
      self.specialTokens = specialTokens
      self.minimumFrequency = minimumFrequency
      self.maxTokenLength = maxTokenLength
      self.pattern = pattern
    }

    /// - Throws: ``TokenizerTrainingError`` that names the option.
    func check() throws {
      var known: Set<[UInt8]> = []
      for (index, token) in specialTokens.enumerated() {
        guard !token.isEmpty else { throw TokenizerTrainingError.emptySpecialToken(index: index) }
        guard known.insert(Array(token.utf8)).inserted else {
          throw TokenizerTrainingError.repeatedSpecialToken(token, index: index)
        }
      }
      guard minimumFrequency >= 0 else {
        throw TokenizerTrainingError.invalidOption(
          "minimumFrequency", expected: "0 or more", got: "\(minimumFrequency)")
      }
      if let maxTokenLength, maxTokenLength < 1 {
        throw TokenizerTrainingError.invalidOption("maxTokenLength", expected: "1 or more", got: "\(maxTokenLength)")
      }
      guard vocabularySize <= Self.mostTokens else {
        throw TokenizerTrainingError.invalidOption(
          "vocabularySize", expected: "at most \(Self.mostTokens)", got: "\(vocabularySize)")
      }
      let least = TrainingVocabulary(specialTokens: specialTokens).count
      guard vocabularySize >= least else {
        throw TokenizerTrainingError.vocabularyTooSmall(
          got: vocabularySize, least: least, specialTokens: specialTokens.count)
      }
    }

    func preTokenizer() throws -> PreTokenizer {
      if let scanner = PatternScanner.forPattern(pattern) { return PreTokenizer(steps: [.scanner(scanner)]) }
      do {
        return PreTokenizer(steps: [.regex(try RegexCutter(pattern: pattern, file: "the texts", key: "pattern"))])
      } catch {
        throw TokenizerTrainingError.invalidOption(
          "pattern", expected: "a regular expression that ICU understands", got: "\"\(pattern)\"")
      }
    }
  }
}
