import Files

extension JSONTree {
  /// The same with `last_used` for each member `lastUsed`: commands print names as Swift has them, and answers over HTTP as OpenAI has them.
  var inSnakeCase: JSONTree {
    switch self {
    case .object(let members): .object(members.map { Member(Self.snakeCase($0.key), $0.value.inSnakeCase) })
    case .list(let values): .list(values.map(\.inSnakeCase))
    case .null, .boolean, .integer, .number, .text: self
    }
  }

  private static func snakeCase(_ name: String) -> String {
    name.reduce(into: "") { text, character in
      if character.isASCII, character.isUppercase {
        text += "_" + character.lowercased()
      } else {
        text.append(character)
      }
    }
  }
}
