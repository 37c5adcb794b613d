import Files

extension RowFields {
  /// Several labels: a JSON array of strings, whole numbers or booleans; in a table also labels separated by `|` or, where the cell has no
  /// `|`, by `;`. An empty array or cell is none of them.
  ///
  /// - Throws: ``StreamError/field(_:)`` if it is missing or anything else, ``StreamError/label(_:)`` for a label that is blank or stands
  ///   twice.
  func labelSet(_ name: String) throws -> LabelSet {
    switch value(name) {
    case .list(let items): try distinct(items.map { try label($0, in: name) }, in: name)
    case .text(let bytes) where range == nil: try cell(String(decoding: bytes, as: UTF8.self).stripped, name)
    case .text:
      throw wrongSet(
        name, got: "a string", fix: "Write an array, [\"a\", \"b\"]; a file with one label a row calls it \"label\".")
    case nil:
      throw wrongSet(
        name, got: names.isEmpty ? "a row without fields" : "only \(listed(names))",
        fix: "Add the field; a row without any label has [].")
    case let other?: throw wrongSet(name, got: other.kind, fix: "Write an array; a row without any label has [].")
    }
  }

  private func cell(_ text: String, _ name: String) throws -> LabelSet {
    if text.isEmpty { return LabelSet([]) }
    if text.unicodeScalars.first == "[" {
      let tree: JSONTree
      do {
        tree = try Array(text.utf8).withUnsafeBytes { try JSONParser.whole($0) { try $0.value() } }
      } catch let failure as JSONTree.Failure {
        throw wrongSet(
          name, got: "\(quoted(text)), \(failure.text)", fix: "Write [\"a\", \"b\"], or a|b.")
      }
      guard case .list(let items) = tree else {
        throw wrongSet(name, got: tree.kind, fix: "Write [\"a\", \"b\"], or a|b.")
      }
      return try distinct(items.map { try label($0, in: name) }, in: name)
    }
    let separator: Unicode.Scalar = text.unicodeScalars.contains("|") ? "|" : ";"
    let parts = text.unicodeScalars.split(separator: separator, omittingEmptySubsequences: false)
      .map { String($0).stripped }
    return try distinct(parts, in: name)
  }

  private func label(_ item: JSONTree, in name: String) throws -> String {
    switch item {
    case .text(let bytes): String(decoding: bytes, as: UTF8.self).stripped
    case .integer(let integer): String(integer)
    case .boolean(let boolean): String(boolean)
    default:
      throw wrongSet(
        name, got: "\(item.kind) in it", fix: "Write each label as a string, a whole number, true or false.")
    }
  }

  private func distinct(_ labels: [String], in name: String) throws -> LabelSet {
    guard !labels.contains(where: { $0.stripped.isEmpty }) else {
      throw wrongSet(name, got: "a blank label", fix: "Remove it; a row without any label has an empty array or cell.")
    }
    var seen: Set<ExactText> = []
    for label in labels where !seen.insert(ExactText(label)).inserted {
      throw StreamError.label(
        location.detail(
          expected: "every label of a row once", got: "\(quoted(label)) twice in \(called(name))",
          fix: "Remove one of the two."))
    }
    return LabelSet(labels)
  }

  private func wrongSet(_ name: String, got: String, fix: String) -> StreamError {
    .field(location.detail(expected: "an array of labels \(called(name))", got: got, fix: fix))
  }

  /// The labels of a row that is to be answered: what is wrong with them concerns only those who compare.
  func requestLabels() throws(StreamError) -> LabelSet {
    do {
      return try labelSet("labels")
    } catch let error as StreamError {
      throw error
    } catch {
      throw wrongSet("labels", got: "\(error)", fix: "Write an array of labels.")
    }
  }
}
