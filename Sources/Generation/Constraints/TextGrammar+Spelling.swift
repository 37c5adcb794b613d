extension TextGrammar {
  /// What must be spelled somewhere in texts of this form: where tokens are missing for it, a text could come to a point from which
  /// nothing leads on.
  var spelled: [[UInt8]] {
    forms.flatMap { form -> [[UInt8]] in
      switch form {
      case .oneOf(let texts): texts.all
      case .string(let count): [Array((count == .any ? "\"" : "\"0123456789").utf8)]
      case .number: [Array("0123456789".utf8)]
      case .numberIn(let range):
        [Array("0123456789\(range.isInteger ? "" : ".")\(range.high < 0 ? "-" : "")".utf8)]
      case .list: [Array("[,]".utf8)]
      case .object(let members): [Array("{,}".utf8)] + members.keys.all
      case .freeObject: [Array("{\":,}".utf8)]
      case .any: [Array("\"0123456789".utf8)]
      case .anyOf: []
      }
    }
  }

  /// Texts of which one is the whole text; `nil`: it is JSON of another form.
  var choices: SortedTexts? {
    if case .oneOf(let texts) = forms[root] { texts } else { nil }
  }
}
