/// Text with a few parts that stand out. Nothing in it is markup: what comes from a file is escaped where it is written.
struct Phrase: Equatable, ExpressibleByStringInterpolation {
  enum Span: Equatable {
    case plain(String)
    case strong(String)
    case code(String)
  }

  private(set) var spans: [Span]

  init(stringLiteral value: String) { spans = [.plain(value)] }

  init(_ text: String) { spans = [.plain(text)] }

  init(stringInterpolation: StringInterpolation) { spans = stringInterpolation.spans }

  struct StringInterpolation: StringInterpolationProtocol {
    var spans: [Span] = []

    init(literalCapacity: Int, interpolationCount: Int) {}

    mutating func appendLiteral(_ literal: String) { if !literal.isEmpty { spans.append(.plain(literal)) } }
    mutating func appendInterpolation(_ text: String) { spans.append(.plain(text)) }
    mutating func appendInterpolation(_ number: Int) { spans.append(.plain("\(number)")) }
    mutating func appendInterpolation(strong text: String) { spans.append(.strong(text)) }
    mutating func appendInterpolation(code text: String) { spans.append(.code(text)) }
    mutating func appendInterpolation(_ phrase: Phrase) { spans += phrase.spans }
  }

  static func + (one: Phrase, other: Phrase) -> Phrase {
    var result = one
    result.spans += other.spans
    return result
  }

  /// Without anything that stands out.
  var text: String {
    spans.map {
      switch $0 {
      case .plain(let text), .strong(let text), .code(let text): text
      }
    }.joined()
  }
}

extension [Phrase] {
  func joined(separator: String) -> Phrase {
    var result = Phrase("")
    for (number, phrase) in enumerated() { result = result + (number > 0 ? Phrase(separator) : Phrase("")) + phrase }
    return result
  }
}
