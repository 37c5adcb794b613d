public import Files

/// Why a text cannot be held to what was asked for.
public enum ConstraintError: AccreteError, Equatable {
  /// A keyword of a schema that is not supported, or not with the type that stands beside it; `path` leads to the schema that has it.
  case unsupportedKeyword(String, path: String, known: [String])
  /// A part of a schema that is not what it has to be.
  case invalidSchema(path: String, expected: String, got: String)
  /// A schema that is larger than one may be; `what` is what there is too much of.
  case schemaTooLarge(path: String, what: String, got: Int, limit: Int)
  /// No text fits that is nested as little as texts are: as a rule a required property leads back to itself.
  case endless(levels: Int)
  /// Texts that are no choice.
  case invalidChoice(expected: String, got: String)
  /// The tokenizer has no tokens for something that every text, or one of the texts, has in it.
  case notSpellable(String)
  /// The tokenizer does not tell what single tokens add to a text.
  case noTextTokens

  public var category: ErrorCategory {
    switch self {
    case .unsupportedKeyword, .invalidSchema, .schemaTooLarge, .endless, .invalidChoice: .usage
    case .notSpellable, .noTextTokens: .data
    }
  }

  /// Which part of a schema it is about, as a JSON pointer behind `#`; `nil`: it is about no schema.
  public var pointer: String? {
    switch self {
    case .unsupportedKeyword(let name, let path, _): SchemaPlace.joined(path, name)
    case .invalidSchema(let path, _, _), .schemaTooLarge(let path, _, _, _): path
    case .endless: "#"
    case .invalidChoice, .notSpellable, .noTextTokens: nil
    }
  }

  /// One line: where, what was found, what was expected, and what to do about it.
  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .unsupportedKeyword(let name, let path, let known):
      "`\(name)` at \(path): not supported; supported there: \(known.listed(closestTo: name)). Leave it out, and check the answer yourself."
    case .invalidSchema(let path, let expected, let got):
      "\(path): found \(got); expected \(expected). Correct the schema."
    case .schemaTooLarge(let path, let what, let got, let limit):
      "\(path): \(got) \(what), the limit is \(limit). Use a smaller schema."
    case .endless(let levels):
      "#: no value of at most \(levels) levels fits. Let properties that lead back to themselves be optional, or stand in a list."
    case .invalidChoice(let expected, let got): "choice: found \(got); expected \(expected). Correct the list."
    case .notSpellable(let text):
      "the model's tokenizer has no tokens for \(text), which the text needs. Use other words, or another model."
    case .noTextTokens:
      "the model's tokenizer does not say what its tokens stand for; expected one that does. Ask for text without a form."
    }
  }
}
