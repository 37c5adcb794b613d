/// The forms of schemas while these are read.
struct SchemaForms {
  /// `nil` until it is read, and where ``references`` has the one that stands for it.
  private var forms: [TextGrammar.Form?] = []
  private var references: [Int: Int] = [:]

  /// A place for another one.
  mutating func reserve() -> Int {
    forms.append(nil)
    return forms.count - 1
  }

  subscript(form: Int) -> TextGrammar.Form? {
    get { forms[form] }
    set { forms[form] = newValue }
  }

  mutating func refer(_ form: Int, to other: Int) { references[form] = other }

  /// All forms, with those in their places that references lead to, and without choices that are alternatives of others.
  ///
  /// - Throws: ``ConstraintError``.
  func resolved() throws -> [TextGrammar.Form] {
    let targets = try forms.indices.map { try target(of: $0) }
    // Every form is read or a reference by now.
    var resolved = try targets.map { target in
      guard let form = forms[target] else { throw ConstraintError.endless(levels: TextGrammar.deepest) }
      return form
    }
    var choices = SchemaChoices(resolved, targets)
    for form in resolved.indices {
      guard case .anyOf = resolved[form] else { continue }
      resolved[form] = try choices.merged(targets[form])
    }
    return resolved + choices.added
  }

  private func target(of form: Int) throws -> Int {
    var (form, steps) = (form, 0)
    while let next = references[form] {
      (form, steps) = (next, steps + 1)
      guard steps <= references.count else { throw ConstraintError.endless(levels: TextGrammar.deepest) }
    }
    return form
  }
}

/// Makes one choice of those that have choices among their alternatives.
private struct SchemaChoices {
  /// As the schemas have them, and which of them is meant by each.
  private let forms: [TextGrammar.Form]
  private let targets: [Int]
  /// Alternatives that are no choices, by the choice.
  private var flat: [Int: [Int]] = [:]
  private var merged: [Int: TextGrammar.Form] = [:]
  private var open: Set<Int> = []
  /// Forms behind the others.
  private(set) var added: [TextGrammar.Form] = []

  init(_ forms: [TextGrammar.Form], _ targets: [Int]) {
    (self.forms, self.targets) = (forms, targets)
  }

  /// What a choice comes to.
  mutating func merged(_ choice: Int) throws -> TextGrammar.Form {
    if let known = merged[choice] { return known }
    var options: [Int] = []
    var texts: [[UInt8]] = []
    for option in try alternatives(of: choice) {
      if case .oneOf(let listed) = forms[option] { texts += listed.all } else { options.append(option) }
    }
    // Listed values of several alternatives are one list: there may be many, and they never need to be told apart.
    if !texts.isEmpty {
      options.append(forms.count + added.count)
      added.append(.oneOf(SortedTexts(texts)))
    }
    let limit = SchemaReader.Limits.alternativesAtOnce
    guard options.count <= limit else {
      throw ConstraintError.schemaTooLarge(
        path: "#", what: "alternatives in one `anyOf`", got: options.count, limit: limit)
    }
    merged[choice] = .anyOf(options)
    return .anyOf(options)
  }

  /// - Throws: ``ConstraintError/endless(levels:)`` where a choice is an alternative of itself.
  private mutating func alternatives(of choice: Int) throws -> [Int] {
    if let known = flat[choice] { return known }
    guard case .anyOf(let options) = forms[choice] else { return [choice] }
    guard open.insert(choice).inserted else { throw ConstraintError.endless(levels: TextGrammar.deepest) }
    var (found, seen): ([Int], Set<Int>) = ([], [])
    for option in options {
      for inner in try alternatives(of: targets[option]) where seen.insert(inner).inserted { found.append(inner) }
    }
    open.remove(choice)
    flat[choice] = found
    return found
  }
}
