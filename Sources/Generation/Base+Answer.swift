import Tokenization

extension Base {
  /// What written tokens say. The space that every answer begins with belongs to the prompt's form and not to the answer.
  /// - Throws: What the tokenizer throws.
  public func text(ofAnswer ids: [Int]) throws -> String {
    let text = try tokenizer.decode(ids, skipSpecialTokens: true)
    guard text.unicodeScalars.first == " " else { return text }
    return String(text.unicodeScalars.dropFirst())
  }
}
