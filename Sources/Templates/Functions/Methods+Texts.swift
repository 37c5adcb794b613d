/// Methods that make another text.
extension Methods {
  static let textChanges: [String: Method] = [
    "upper": plain(\.uppercased), "lower": plain(\.lowercased), "title": plain(\.titled),
    "capitalize": plain(\.capitalized),
    "strip": strip(.both), "lstrip": strip(.left), "rstrip": strip(.right),
    "replace": { interpreter, value, arguments in
      let given = try arguments.bound(["old", "new", "count"], required: 2, interpreter)
      let (old, new) = (try interpreter.string(given[0] ?? .none), try interpreter.string(given[1] ?? .none))
      let most = try given[2].map { try interpreter.integer($0) } ?? -1
      return try interpreter.replacing(try interpreter.string(value), old, new, most: most)
    },
    "removeprefix": { interpreter, value, arguments in
      let (text, part) = try textAndPart(interpreter, value, arguments)
      return try interpreter.text(
        text.scalars.starts(with: part.scalars) ? Text(text.scalars.dropFirst(part.count)) : text)
    },
    "removesuffix": { interpreter, value, arguments in
      let (text, part) = try textAndPart(interpreter, value, arguments)
      let ends = text.scalars.reversed().starts(with: part.scalars.reversed())
      return try interpreter.text(ends ? Text(text.scalars.dropLast(part.count)) : text)
    },
    "join": { interpreter, value, arguments in
      let separator = try interpreter.string(value)
      var result: [Unicode.Scalar] = []
      let items = try interpreter.items(of: try arguments.bound(["iterable"], required: 1, interpreter)[0] ?? .none)
      for (index, item) in items.enumerated() {
        let part = try interpreter.string(item)
        try interpreter.spend(separator.count + part.count + 1)
        try interpreter.make(characters: separator.count + part.count)
        if index > 0 { result += separator.scalars }
        result += part.scalars
      }
      return .text(Text(result))
    },
    "center": pad(.both), "ljust": pad(.right), "rjust": pad(.left),
    "zfill": { interpreter, value, arguments in
      let text = try interpreter.string(value)
      let width = try interpreter.integer(try arguments.bound(["width"], required: 1, interpreter)[0] ?? .none)
      let signed = text.scalars.first == "-" || text.scalars.first == "+"
      let digits = signed ? Text(text.scalars.dropFirst()) : text
      let padded = try interpreter.padded(digits, to: width - min(width, signed ? 1 : 0), with: "0", .left)
      return try interpreter.text(Text(text.scalars.prefix(signed ? 1 : 0) + (try interpreter.string(padded)).scalars))
    },
    "format": { interpreter, value, arguments in
      try interpreter.text(try interpreter.braceFormatted(try interpreter.string(value), arguments))
    },
  ]

  private static func plain(_ change: @escaping @Sendable (Text) -> Text) -> Method {
    { interpreter, value, arguments in
      try arguments.none(interpreter)
      let text = try interpreter.string(value)
      try interpreter.spend(4 * text.count)
      return try interpreter.text(change(text))
    }
  }

  private static func strip(_ ends: Text.Ends) -> Method {
    { interpreter, value, arguments in
      let characters = try arguments.bound(["chars"], required: 0, interpreter)[0] ?? .none
      let text = try interpreter.string(value)
      try interpreter.spend(text.count)
      if case .none = characters { return .text(text.stripped(ends)) }
      return .text(text.stripped(ends, of: try interpreter.string(characters)))
    }
  }

  private static func pad(_ ends: Text.Ends) -> Method {
    { interpreter, value, arguments in
      let given = try arguments.bound(["width", "fillchar"], required: 1, interpreter)
      let fill = try given[1].map { try interpreter.string($0) } ?? " "
      guard fill.count == 1, let character = fill.scalars.first else {
        throw interpreter.invalid("one character to fill with", got: "\(fill.count)")
      }
      let width = try interpreter.integer(given[0] ?? .none)
      return try interpreter.padded(try interpreter.string(value), to: width, with: character, ends)
    }
  }

  private static func textAndPart(_ interpreter: Interpreter, _ value: Value, _ arguments: Arguments) throws -> (
    Text, Text
  ) {
    let part = try arguments.bound(["part"], required: 1, interpreter)[0] ?? .none
    return (try interpreter.string(value), try interpreter.string(part))
  }
}
