public import Files

/// What can be wrong with what a tokenizer is to be trained to, or with the texts.
public enum TokenizerTrainingError: AccreteError, Equatable {
  /// An option has a value that it cannot have.
  case invalidOption(String, expected: String, got: String)
  /// There are more special tokens and bytes than ids.
  case vocabularyTooSmall(got: Int, least: Int, specialTokens: Int)
  /// A special token without a character; `index` is its own among them.
  case emptySpecialToken(index: Int)
  /// A special token that is given twice; `index` is that of the second.
  case repeatedSpecialToken(String, index: Int)
  /// A token has a role, or is in the chat template, but is not a special token.
  case unknownSpecialToken(String, use: String, known: [String])
  /// Nothing to learn from.
  case noText
  /// The distinct pieces of the texts take more memory than they are given.
  case tooManyPieces(bytes: Int, limit: Int)

  public var category: ErrorCategory {
    switch self {
    case .invalidOption, .vocabularyTooSmall, .emptySpecialToken, .repeatedSpecialToken, .unknownSpecialToken: .usage
    case .noText: .data
    case .tooManyPieces: .tooLarge
    }
  }

  /// One line: what was found, what was expected, and what to do about it.
  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .invalidOption(let name, let expected, let got): "\(name): got \(got); expected \(expected)."
    case .vocabularyTooSmall(let got, let least, let specialTokens):
      "vocabularySize: got \(got); expected at least \(least), as \(specialTokens) special tokens and the 256 bytes have ids."
    case .emptySpecialToken(let index):
      "specialTokens[\(index)]: got \"\"; expected at least one character. Leave it out."
    case .repeatedSpecialToken(let token, let index):
      "specialTokens[\(index)]: got \(token.debugDescription) again; expected each token once. Leave the second one out."
    case .unknownSpecialToken(let token, let use, let known):
      "\(use): needs \(token.debugDescription), which is not a special token; those are "
        + (known.isEmpty ? "none" : known.map(\.debugDescription).listed)
        + ". Train with it, or choose another."
    case .noText: "the texts: got no character; expected text to learn a vocabulary from. Check the files."
    case .tooManyPieces(let bytes, let limit):
      "the texts: their distinct pieces take \(bytes) bytes; the limit is \(limit). Train on a sample of them."
    }
  }
}
