/// Filters on texts; what is not a text is printed first, as jinja2 does.
extension Filters {
  static let texts: [String: Filter] = [
    "trim": { interpreter, value, arguments in
      let given = try arguments.bound(["chars"], required: 0, interpreter)[0] ?? .none
      let characters: Text? = if case .none = given { nil } else { try interpreter.string(given) }
      return try interpreter.text(try interpreter.printed(value).stripped(.both, of: characters))
    },
    "upper": plain(\.uppercased), "lower": plain(\.lowercased), "capitalize": plain(\.capitalized),
    "title": plain(\.wordsTitled),
    "replace": { interpreter, value, arguments in
      let given = try arguments.bound(["old", "new", "count"], required: 2, interpreter)
      let (old, new) = (try interpreter.printed(given[0] ?? .none), try interpreter.printed(given[1] ?? .none))
      let most = try interpreter.integer(given[2], -1)
      return try interpreter.replacing(try interpreter.printed(value), old, new, most: most)
    },
    "indent": indent,
    "center": { interpreter, value, arguments in
      let width = try interpreter.integer(try arguments.bound(["width"], required: 0, interpreter)[0], 80)
      return try interpreter.padded(try interpreter.printed(value), to: width, with: " ", .both)
    },
    "truncate": truncate,
    "wordcount": { interpreter, value, arguments in
      try arguments.none(interpreter)
      let text = try interpreter.printed(value)
      // Character properties cost more than copying.
      try interpreter.spend(4 * text.count)
      var (words, isInside) = (0, false)
      for scalar in text.scalars {
        let isWord = scalar == "_" || scalar.isPythonAlphanumeric
        if isWord, !isInside { words += 1 }
        isInside = isWord
      }
      return .integer(words)
    },
    "format": { interpreter, value, arguments in
      guard arguments.named.isEmpty else {
        throw interpreter.unsupported("named arguments of `format`", fix: "Give them by their positions.")
      }
      let values = try interpreter.tuple(arguments.positional)
      return try interpreter.text(try interpreter.percentFormatted(try interpreter.printed(value), values))
    },
  ]

  private static func plain(_ change: @escaping @Sendable (Text) -> Text) -> Filter {
    { interpreter, value, arguments in
      try arguments.none(interpreter)
      let text = try interpreter.printed(value)
      // Character properties cost more than copying.
      try interpreter.spend(4 * text.count)
      return try interpreter.text(change(text))
    }
  }

  private static let indent: Filter = { interpreter, value, arguments in
    let given = try arguments.bound(["width", "first", "blank"], required: 0, interpreter)
    let first = try given[1].map { try interpreter.isTrue($0) } ?? false
    let blank = try given[2].map { try interpreter.isTrue($0) } ?? false
    let text = try interpreter.string(value)
    let indention = try given[0]?.asText ?? interpreter.spaces(try interpreter.integer(given[0], 4))
    try interpreter.make(pieces: text.scalars.count { $0.isLineEnd } + 2, of: text)
    var lines = Text(text.scalars + ["\n"]).lines()
    try interpreter.spend(lines.count)
    let (work, overflow) = lines.count.multipliedReportingOverflow(by: indention.count)
    try interpreter.spend(overflow ? .max : work)
    try interpreter.make(characters: overflow ? .max : work)
    for index in lines.indices where index > 0 ? blank || !lines[index].isEmpty : first {
      lines[index] = Text(indention.scalars + lines[index].scalars)
    }
    return try interpreter.text(Text(Array(lines.map(\.scalars).joined(separator: ["\n"]))))
  }

  private static let truncate: Filter = { interpreter, value, arguments in
    let given = try arguments.bound(["length", "killwords", "end", "leeway"], required: 0, interpreter)
    let text = try interpreter.string(value)
    let (length, leeway) = (try interpreter.integer(given[0], 255), try interpreter.integer(given[3], 5))
    let end = try given[2].map { try interpreter.string($0) } ?? "..."
    guard length >= end.count, leeway >= 0 else {
      throw interpreter.invalid("a length of \(end.count) or more, and a leeway of 0 or more", got: "less")
    }
    if text.count <= length || text.count - length <= leeway { return value }
    let kept = Text(text.scalars.prefix(length - end.count))
    let killsWords = try given[1].map { try interpreter.isTrue($0) } ?? false
    let words = killsWords ? kept : kept.splitFromRight(by: " ", most: 1)[0]
    return try interpreter.text(Text(words.scalars + end.scalars))
  }
}

extension Interpreter {
  /// Counts memory for the parts of a text before it is cut.
  func make(pieces: Int, of text: Text) throws { try make(elements: 2 * pieces, characters: text.count) }

  func spaces(_ count: Int) throws -> Text {
    try spend(max(0, count))
    try make(characters: max(0, count))
    return Text(Array(repeating: " ", count: max(0, count)))
  }

  /// - Parameter most: How many are replaced; all of them if it is negative.
  func replacing(_ text: Text, _ old: Text, _ new: Text, most: Int) throws -> Value {
    try spend(text.count + old.count)
    let most = most < 0 ? Int.max : most
    let found = old.isEmpty ? min(most, text.count + 1) : text.positions(of: old, most: most).count
    // What it will be is counted before it is made.
    let (added, overflow) = found.multipliedReportingOverflow(by: new.count)
    try spend(overflow ? .max : added)
    try make(characters: text.count + added)
    return .text(text.replacing(old, with: new, most: most))
  }

  func padded(_ text: Text, to width: Int, with fill: Unicode.Scalar, _ ends: Text.Ends) throws -> Value {
    let missing = width > text.count ? width - text.count : 0
    try spend(missing)
    try make(characters: missing)
    // Python's `center` puts the odd one to the left if the width is odd, and to the right if it is even.
    let left = ends == .both ? missing / 2 + (missing & width & 1) : ends == .left ? missing : 0
    let padding = { (count: Int) in Array(repeating: fill, count: count) }
    return try self.text(Text(padding(left) + text.scalars + padding(missing - left)))
  }
}
