/// Added tokens as Python's `tokenizers` collects them: one after the other, where a later one of the same spelling replaces the flags.
struct TokenList {
  private(set) var tokens: [AddedTokenFile]
  private var positions: [[UInt8]: Int]
  /// What is special stays so, whatever a later token says.
  private var special: Set<[UInt8]>
  private let model: [[UInt8]: Int]
  private var next: Int

  init(_ tokens: [AddedTokenFile], model: [[UInt8]: Int]) {
    self.tokens = tokens
    self.model = model
    positions = Dictionary(tokens.enumerated().map { ($1.content, $0) }, uniquingKeysWith: { $1 })
    special = Set(tokens.filter(\.isSpecial).map(\.content))
    // An id may be any number: the vocabulary refuses those that are none.
    next = max((tokens.map(\.id).max() ?? -1) &+ 1, model.count)
  }

  func contains(_ content: [UInt8]) -> Bool { positions[content] != nil }

  /// Whether a token is there with just these flags.
  func contains(_ token: TokenFlags, _ content: [UInt8]) -> Bool {
    positions[content].map { TokenFlags(tokens[$0]) == token } ?? false
  }

  /// Adds a token, or gives one that is there other flags.
  ///
  /// - Returns: Its id: the one that it has, also in the model's vocabulary, or else the next. Nil for a token without text.
  @discardableResult
  mutating func add(_ content: [UInt8], _ flags: TokenFlags) -> Int? {
    guard !content.isEmpty else { return nil }
    if flags.isSpecial { special.insert(content) }
    let position = positions[content]
    let id = position.map { tokens[$0].id } ?? model[content] ?? next
    let token = AddedTokenFile(
      id: id, content: content, isSingleWord: flags.isSingleWord, stripsLeft: flags.stripsLeft,
      stripsRight: flags.stripsRight, isNormalized: flags.isNormalized, isSpecial: flags.isSpecial)
    if let position {
      tokens[position] = token
    } else {
      positions[content] = tokens.count
      tokens.append(token)
      next = max(next, id &+ 1)
    }
    return id
  }

  /// The tokens, special where one of that spelling was.
  var finished: [AddedTokenFile] {
    tokens.map { token in
      AddedTokenFile(
        id: token.id, content: token.content, isSingleWord: token.isSingleWord, stripsLeft: token.stripsLeft,
        stripsRight: token.stripsRight, isNormalized: token.isNormalized, isSpecial: special.contains(token.content))
    }
  }
}

/// How a token is looked for, and whether it is text.
struct TokenFlags: Equatable {
  var isSingleWord = false
  var stripsLeft = false
  var stripsRight = false
  var isSpecial = true
  /// Whether it is looked for in normalized text, if that was said.
  private var normalized: Bool?

  /// A token that is not special is looked for in normalized text, unless something else was said.
  var isNormalized: Bool { normalized ?? !isSpecial }

  /// A special token of which only the text is known.
  static let special = TokenFlags()

  init() {}

  static func == (left: TokenFlags, right: TokenFlags) -> Bool {
    left.isSingleWord == right.isSingleWord && left.stripsLeft == right.stripsLeft
      && left.stripsRight == right.stripsRight && left.isSpecial == right.isSpecial
      && left.isNormalized == right.isNormalized
  }

  init(_ token: AddedTokenFile) {
    (isSingleWord, stripsLeft, stripsRight) = (token.isSingleWord, token.stripsLeft, token.stripsRight)
    (normalized, isSpecial) = (token.isNormalized, token.isSpecial)
  }

  /// Reads an object; what it does not say is false.
  init(_ location: JSONLocation) throws {
    isSpecial = try location.flag("special", default: false)
    isSingleWord = try location.flag("single_word", default: false)
    stripsLeft = try location.flag("lstrip", default: false)
    stripsRight = try location.flag("rstrip", default: false)
    normalized = try location.optional("normalized")?.flag()
  }
}
