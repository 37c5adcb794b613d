public import Files

extension TextConstraint {
  /// JSON of a schema.
  ///
  /// Of JSON Schema there are `type` (a name, or a list of names), `enum`, `const`, `anyOf`, `allOf` of one schema, and `$ref` to `#` or into
  /// the `$defs` or `definitions` of the whole schema; of objects `properties`, `required` and `additionalProperties` (false), of lists
  /// `items`, `minItems` and `maxItems`, of strings `minLength` and `maxLength`, of numbers `minimum`, `maximum`, `exclusiveMinimum` and
  /// `exclusiveMaximum`; notes such as `title` and `default` have no effect. Everything else is an error that names it. Members come in the
  /// order of the schema, with no white space but one space behind `:` and `,`. Whole numbers have at most 18 digits; others 30 and 2 in
  /// their exponent, or with bounds 15 and no exponent; objects and lists lie at most 32 deep in each other.
  ///
  /// - Parameters:
  ///   - schema: At most 64 KiB, 16 schemas one in the other, 256 properties, 256 alternatives and 1,024 listed values.
  ///   - vocabulary: The tokens of the base that writes.
  /// - Throws: ``ConstraintError``.
  public static func json(schema: JSONTree, vocabulary: VocabularyTrie) throws -> TextConstraint {
    try TextConstraint(SchemaReader.grammar(of: schema), vocabulary)
  }

  /// Any JSON object: objects and lists lie at most 32 deep in each other. White space and numbers are as in
  /// ``json(schema:vocabulary:)``; nothing keeps a key from coming twice.
  ///
  /// - Parameter vocabulary: The tokens of the base that writes.
  /// - Throws: ``ConstraintError``.
  public static func jsonObject(vocabulary: VocabularyTrie) throws -> TextConstraint {
    try TextConstraint(.object, vocabulary)
  }

  /// One of some texts, exactly.
  ///
  /// - Parameters:
  ///   - texts: 1 to 256, of 1 to 1,024 bytes each.
  ///   - vocabulary: The tokens of the base that writes.
  /// - Throws: ``ConstraintError``.
  public static func choice(_ texts: [String], vocabulary: VocabularyTrie) throws -> TextConstraint {
    guard (1...mostChoices).contains(texts.count) else {
      throw ConstraintError.invalidChoice(expected: "1 to \(mostChoices) texts", got: "\(texts.count)")
    }
    for (index, text) in texts.enumerated() where !(1...longestChoice).contains(text.utf8.count) {
      throw ConstraintError.invalidChoice(
        expected: "texts of 1 to \(longestChoice) bytes", got: "\(text.utf8.count) bytes in text \(index + 1)")
    }
    return try TextConstraint(
      TextGrammar([.oneOf(SortedTexts(texts.map { Array($0.utf8) }))], root: 0), vocabulary)
  }

  private static let mostChoices = 256
  private static let longestChoice = 1024

  /// - Throws: ``ConstraintError/notSpellable(_:)``, where a text could come to a point from which no token leads on.
  init(_ grammar: TextGrammar, _ vocabulary: VocabularyTrie) throws {
    for text in grammar.spelled {
      if let missing = vocabulary.firstMissing(in: text) {
        throw ConstraintError.notSpellable(missing.debugDescription)
      }
    }
    for text in grammar.choices?.all ?? [] where !vocabulary.beginning.hasBeginning(of: text) {
      throw ConstraintError.notSpellable(
        "a text that begins with \(String(decoding: text.prefix(20), as: UTF8.self).debugDescription)")
    }
    var isPossible = false
    GrammarConstraint(grammar, vocabulary).allowed(endTokens: []) { _ in isPossible = true }
    guard isPossible else { throw ConstraintError.notSpellable("the beginning of an answer") }
    self.init { GrammarConstraint(grammar, vocabulary) }
  }
}
