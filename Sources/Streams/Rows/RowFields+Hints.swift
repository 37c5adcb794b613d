import Files

/// What helps where the fields of a row are of no form that is read.
extension RowFields {
  /// Texts without fields.
  static let linesOfText =
    "Lines of plain text become rows by `jq -R '{text: .}' FILE > rows.jsonl`; a text by itself is given to `predict` as --text."

  /// Whether a row of a table is more likely a line of plain text.
  var isPlainText: Bool {
    range == nil && Self.isPlainText(written.map { String(decoding: $0.name, as: UTF8.self) })
  }

  /// Whether a table's first line is more likely a line of plain text than names of columns.
  static func isPlainText(_ head: [String]) -> Bool {
    head.count == 1 || head.contains { $0.split(separator: " ").count > 3 }
  }

  /// What a table is told that is called JSON: the first line has names of columns; `nil`: it looks like none.
  static func tableHint(_ row: RawRow, of file: SourceFile) -> String? {
    let line = file.bytes[row.range]
    // What begins as JSON does is broken JSON.
    guard row.index == 0, !file.bytes.starts(with: [UInt8(ascii: "[")]),
      let start = line.first(where: { $0 > 0x20 }), start != UInt8(ascii: "{"), start != UInt8(ascii: "[")
    else { return nil }
    let separator = RowContainer.delimiter(of: line)
    let names = line.split(separator: separator, omittingEmptySubsequences: false).map {
      String(decoding: $0, as: UTF8.self).stripped
    }
    guard names.count > 1, !isPlainText(names), !names.contains(where: { $0.contains { "{}[]:".contains($0) } }) else {
      return nil
    }
    let ending = separator == UInt8(ascii: "\t") ? ".tsv" : ".csv"
    return
      "This looks like \(RowContainer.delimited(separator).description): give the file a name that ends in \(ending) (\(ending).gz if it is gzipped)."
  }

  /// Names under which rows lie one level down.
  private var nested: [String] {
    values.compactMap { member in
      guard case .list(let items) = member.value, case .object? = items.first else { return nil }
      let name = String(decoding: member.name, as: UTF8.self)
      return ColumnNames.known.contains { $0.hasSameCodePoints(as: name) } ? nil : name
    }
  }

  /// What says that a list under another name is a conversation; `nil`: there is none.
  private var conversation: String? {
    for member in values {
      guard case .list(let items) = member.value, case .object(let turn)? = items.first else { continue }
      let name = String(decoding: member.name, as: UTF8.self)
      guard !ColumnNames.known.contains(where: { $0.hasSameCodePoints(as: name) }) else { continue }
      let keys = Set(turn.map { String(decoding: $0.name, as: UTF8.self) })
      let ours = keys.isSuperset(of: ["role", "content"]) ? "messages" : "conversations"
      if ours == "messages" || keys.isSuperset(of: ["from", "value"]) {
        return "The conversation is in \(quoted(name)): --columns \(ours)=\(name) reads it."
      }
    }
    return nil
  }

  /// What takes rows out of the object that they lie in, or names the column of a conversation; `nil`: none do.
  var unwrapping: String? {
    if let conversation { return conversation }
    let names = nested
    guard let first = names.first else { return nil }
    let filter =
      names.count > 1
      ? "to_entries[] | select(.value | type == \"array\") | .key as $split | .value[] + {split: $split}"
      : Self.elements(of: first)
    return "The rows lie one level down, in \(listed(names)): `jq -c '\(filter)' FILE > rows.jsonl` takes them out."
  }

  /// What makes jq write the rows of the list with a name.
  private static func elements(of name: String) -> String {
    func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20) }
    if !name.isEmpty, name.utf8.allSatisfy({ $0 == UInt8(ascii: "_") || isLetter($0) }) { return ".\(name)[]" }
    // Nothing that ends a text of jq or of a shell.
    let isPlain = name.utf8.allSatisfy {
      isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || " _-.".utf8.contains($0)
    }
    return isPlain ? ".[\"\(name)\"][]" : ".[] | arrays[] | objects"
  }

  /// Whether a field is a list of messages.
  func hasMessages(in name: String) -> Bool {
    guard case .list(let items)? = value(name), case .object? = items.first else { return false }
    return true
  }

  /// Whether a field is a list in which nothing stands.
  private func isEmptyList(_ name: String) -> Bool {
    guard case .list(let items)? = value(name) else { return false }
    return items.allSatisfy { $0 == .null }
  }

  /// What preference pairs are told; `nil`: they are none.
  var preferencePairs: StreamError? {
    guard has("chosen"), has("rejected") else { return nil }
    return .field(
      headLocation.detail(
        expected: "rows with one right answer",
        got: "pairs of \"chosen\" and \"rejected\", of which no preference is learned", fix: waysOfPairs))
  }

  /// What a row is told whose prompt is a list of messages and whose answer is none under the name that this asks for; `nil`: it is another
  /// one.
  var promptOfMessages: StreamError? {
    if isEmptyList("prompt"), has("completion") || has("answer") {
      return .field(
        headLocation.detail(
          expected: "a text or a list of messages as \"prompt\"", got: "a list without a message",
          fix: "Nothing is asked: write [{\"role\": \"user\", \"content\": \"…\"}], or remove the row."))
    }
    guard hasMessages(in: "prompt"), let answer = ["completion", "answer"].first(where: has),
      answer != "completion" || !hasMessages(in: answer)
    else { return nil }
    guard !isEmpty(answer), !isEmptyList(answer) else {
      return .field(
        headLocation.detail(
          expected: "an answer as \"\(answer)\"", got: "an empty one",
          fix:
            "There is nothing to learn: write [{\"role\": \"assistant\", \"content\": \"…\"}] as \"completion\", or remove the row."
        ))
    }
    return .field(
      headLocation.detail(
        expected: "a text as \"prompt\"", got: "a list of messages",
        fix: hasMessages(in: answer)
          ? "Two lists are a conversation: --columns prompt=prompt,completion=\(answer) reads it."
          : "Write \"completion\" as a list, too, or the row as \"messages\", with the answer as the assistant's turn at their end."
      ))
  }

  /// What makes rows with one answer of preference pairs.
  private var waysOfPairs: String {
    let keeps = "keeps the chosen answer."
    let alone = "Write the chosen answer alone, as the assistant's last turn or as \"completion\" beside a \"prompt\"."
    let question = ["prompt", "instruction", "question"].first(where: has)
    if hasMessages(in: "chosen") {
      // Whole conversations, or the answer's turn alone.
      if case .list(let turns)? = value("chosen"), case .object(let first)? = turns.first,
        !first.contains(where: { $0.value == .text(Array("assistant".utf8)) })
      {
        return "--columns messages=chosen \(keeps)"
      }
      if hasMessages(in: "prompt") { return "--columns prompt=prompt,completion=chosen \(keeps)" }
      guard let question else { return alone }
      let asked = "[{role: \"user\", content: .\(question)}]"
      return "`jq -c '{messages: (\(asked) + .chosen)}' FILE > rows.jsonl` \(keeps)"
    }
    guard case .text? = value("chosen"), let question else { return alone }
    return "--columns prompt=\(question),completion=chosen \(keeps)"
  }

  /// What makes one field of columns that hold 0 or 1, one for each label; `nil`: there are none.
  var gathering: String? {
    let marks = values.filter { member in
      switch member.value {
      case .boolean, .integer(0), .integer(1): true
      case .text(let bytes): bytes == [UInt8(ascii: "0")] || bytes == [UInt8(ascii: "1")]
      default: false
      }
    }
    guard marks.count > 1 else { return nil }
    let names = marks.map { String(decoding: $0.name, as: UTF8.self) }
    return
      "Columns of 0 and 1, \(listed(names)), are several labels a row: write those that hold as one field \"labels\", as [\(listed(Array(names.prefix(2))))] or, in a table, \(names.prefix(2).joined(separator: "|"))."
  }
}

extension RowFile {
  /// What is wrong with a file that begins with a brace and is one object over several lines, with its rows in it; `nil`: it is another one.
  func problemOfWhole() -> StreamError? {
    guard container == .lines, source.bytes.count <= Self.mostOfWhole,
      let first = source.bytes.first(where: { $0 > 0x20 }), first == UInt8(ascii: "{"),
      let fields = try? RowFields(
        RawRow(location: RowLocation(file: source.location.file, line: 1), index: 0, range: source.bytes.indices),
        of: source),
      let unwrapping = fields.unwrapping
    else { return nil }
    return .json(
      fields.location.detail(
        expected: "a JSON object on each line, or one array", got: "one object over the whole file", fix: unwrapping))
  }

  /// Bytes of a file that are looked at as one object.
  private static let mostOfWhole = 256 << 20
}
