/// How text becomes ids and ids become text (a seam: tests and other families plug in here).
///
/// Ids are `0..<vocabularySize`, so they index the rows of an embedding table directly.
public protocol Tokenizer: Sendable {
  /// The number of ids, added tokens included.
  var vocabularySize: Int { get }

  /// Whether canonically equal texts, such as é and e with an accent after it, have the same ids: text is composed first (NFC).
  var composesText: Bool { get }

  /// The ids of `text`, in order; the empty text has none of its own.
  ///
  /// - Parameters:
  ///   - text: Any text, the empty one too.
  ///   - addSpecialTokens: Also put in the tokens which the family wraps around a sequence (a BOS, say). A special
  ///     token that is spelled in `text` becomes its id either way.
  func encode(_ text: String, addSpecialTokens: Bool) throws -> [Int]

  /// The ids of `text` as plain text: what spells a special token is text like any other, as Python's `encode_special_tokens`
  /// has it. For texts that come from outside, such as documents.
  func encodePlain(_ text: String) throws -> [Int]

  /// The ids that ``encodePlain(_:)`` gives, a part at a time: what takes long can be watched, and ended.
  ///
  /// - Parameters:
  ///   - text: Any text.
  ///   - body: Gets the next ids, in order; never none. What it throws ends the work.
  func encodePlain(_ text: String, inParts body: ([Int]) throws -> Void) throws

  /// The text of `ids`; bytes that are not UTF-8 become U+FFFD, one for each maximal invalid part.
  ///
  /// - Parameters:
  ///   - ids: Of any text.
  ///   - skipSpecialTokens: Leave out special tokens.
  /// - Throws: When an id is outside `0..<vocabularySize`.
  func decode(_ ids: [Int], skipSpecialTokens: Bool) throws -> String

  /// Text that grows with every id, in pieces of whole characters.
  ///
  /// - Parameter skipSpecialTokens: Leave out special tokens.
  func textStream(skipSpecialTokens: Bool) -> TextStream

  /// The bytes that a token adds to a text of whole characters, whatever its neighbours are: for those who choose tokens by the text that
  /// they make. They may begin or end within a character.
  ///
  /// - Parameters:
  ///   - id: Of any token.
  ///   - isFirst: Whether the text begins with it, where some tokenizers leave a space out; otherwise a token with text stands before it.
  /// - Returns: `nil` for a special token, an id outside `0..<vocabularySize`, and a token of which no text comes or whose text depends on
  ///   its neighbours.
  func textBytes(of id: Int, isFirst: Bool) -> [UInt8]?

  /// The id of a token by its spelling in the vocabulary (`"<|endoftext|>"`, `"Ġthe"`), or `nil` where there is none.
  func id(of token: String) -> Int?
}

extension Tokenizer {
  public var composesText: Bool { false }

  /// For a tokenizer that has no special tokens.
  public func encodePlain(_ text: String) throws -> [Int] { try encode(text, addSpecialTokens: false) }

  /// For a tokenizer that can only decode as a whole: nothing is known of single tokens.
  public func textBytes(of id: Int, isFirst: Bool) -> [UInt8]? { nil }

  /// In one part.
  public func encodePlain(_ text: String, inParts body: ([Int]) throws -> Void) throws {
    let ids = try encodePlain(text)
    if !ids.isEmpty { try body(ids) }
  }
}
