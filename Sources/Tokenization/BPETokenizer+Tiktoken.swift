import Files
public import Foundation

/// Which of Hunyuan's models a `hy.tiktoken` belongs to: the file is the same, what stands beside it in their code is not.
public enum HunyuanTiktoken: Sendable, Equatable {
  /// Hunyuan-Large: 204 tokens `<|extra_…|>`; a whole text stands between `<|startoftext|>` and `<|endoftext|>`.
  case large
  /// Hunyuan-A13B and 7B: 205 tokens `<|extra_…|>`, nothing around a text.
  case later

  var extraTokens: Int { self == .large ? 204 : 205 }

  /// The tokens behind those of the file, in order of their ids.
  var specialTokens: [String] {
    ["<|endoftext|>", "<|startoftext|>", "<|bos|>", "<|eos|>", "<|pad|>"]
      + (0..<extraTokens).map { "<|extra_\($0)|>" }
  }
}

extension BPETokenizer {
  /// No tiktoken file is larger.
  private static let tiktokenLimit = JSONFile.sizeLimit

  /// Reads a tiktoken file, with the pattern, normalization (NFC) and special tokens of Hunyuan's models.
  ///
  /// - Parameters:
  ///   - url: The file, `hy.tiktoken`.
  ///   - form: Whose special tokens follow those of the file.
  /// - Throws: `TokenizationError` that names the file and the line.
  public init(tiktoken url: URL, form: HunyuanTiktoken) throws {
    try self.init(
      tiktoken: Self.contents(of: url, expected: "a tiktoken file", limit: Self.tiktokenLimit), file: url.path,
      form: { _ in form })
  }

  /// Builds the tokenizer from a tiktoken file that is in memory already.
  ///
  /// - Parameters:
  ///   - data: The lines.
  ///   - file: Where they came from, for errors.
  ///   - form: Whose special tokens follow, for so many tokens in the file.
  /// - Throws: As ``init(tiktoken:form:)``.
  public init(tiktoken data: Data, file: String, form: (Int) throws -> HunyuanTiktoken) throws {
    declarations = ""
    let contents = try TiktokenFile(data, file: file)
    let form = try form(contents.tokens.count)
    let special = form.specialTokens.map { Array($0.utf8) }
    let first = contents.tokens.count
    var ids: [[UInt8]: Int] = [:]
    for (rank, token) in contents.tokens.enumerated() { ids[ByteAlphabet.spelling(of: token)] = rank }
    for (position, token) in special.enumerated() { ids[token] = first + position }
    vocabulary = Vocabulary(
      file: file,
      tokens: contents.tokens.map { Vocabulary.Token(bytes: $0, isSpecial: false) }
        + special.map { Vocabulary.Token(bytes: $0, isSpecial: true) },
      symbols: .bytes((UInt8.min...UInt8.max).map { contents.ranks[[$0]] ?? 0 }), merges: contents.merges(),
      wholeWords: contents.ranks.reduce(into: [:]) { $0[$1.key[...]] = $1.value }, idsBySpelling: ids, boundary: nil)
    // Python normalizes the whole text before it looks for special tokens.
    let tokens = special.enumerated().map { position, bytes in
      AddedTokens.Token(
        id: first + position, bytes: bytes, stripsLeft: false, stripsRight: false, isSingleWord: false,
        isSpecial: true)
    }
    stages = Stages(
      verbatimTokens: AddedTokens([]), normalizedTokens: AddedTokens(tokens),
      normalizer: Normalizer(steps: [.compose(.ofPython)]), preTokenizer: PreTokenizer(steps: [.scanner(.qwen2)]),
      template: form == .large ? SpecialTokenTemplate(before: [first + 1], after: [first]) : SpecialTokenTemplate(),
      decoder: [.byteLevel])
  }
}
