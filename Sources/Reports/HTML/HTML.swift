import Files

/// Markup that is safe to write: made by these functions alone, which escape every text and every value. Names in run folders are
/// written by others.
struct HTML: Equatable, Sendable {
  private(set) var markup = ""

  /// Nothing.
  static let none = HTML()

  private init(markup: String = "") { self.markup = markup }

  /// An element; an attribute without value is left out.
  init(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:], _ children: [HTML]) {
    let line = Self.blocks.contains("\(name)") ? "\n" : ""
    markup = Self.tag(name, attributes) + children.map(\.markup).joined() + "</\(name)>" + line
  }

  init(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:], _ children: HTML...) {
    self.init(name, attributes, children)
  }

  /// An element that never has content, such as `meta`.
  static func void(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?>) -> HTML {
    HTML(markup: tag(name, attributes) + "\n")
  }

  /// Text, escaped.
  static func text(_ text: String) -> HTML { HTML(markup: escape(text)) }

  /// A name, escaped, which has no spaces to break at: a long one may break after its separators, a short one stays on one line.
  ///
  /// - Parameter breaks: Whether also a short one may break, where columns are narrow.
  static func name(_ name: String, breaks: Bool = false) -> HTML {
    guard breaks || name.count > 14 else { return HTML("span", ["class": "name"], .text(name)) }
    var markup = ""
    for character in name {
      markup += escape(String(character))
      if "_-./".contains(character) { markup += "<wbr>" }
    }
    return HTML(markup: markup)
  }

  /// What is written in this program, as it is.
  static func literal(_ markup: StaticString) -> HTML { HTML(markup: "\(markup)") }

  static func + (one: HTML, other: HTML) -> HTML { HTML(markup: one.markup + other.markup) }

  /// Without control characters, and with everything spelled out that begins or ends markup.
  static func escape(_ text: String) -> String {
    var result = ""
    for scalar in text.onOneLine.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// After which a line ends, so that two reports can be compared line by line.
  private static let blocks: Set<String> = [
    "head", "title", "style", "body", "header", "nav", "main", "section", "article", "footer", "figure", "figcaption",
    "div", "table",
    "thead", "tbody", "tr", "ul", "li", "p", "h1", "h2", "h3", "dl", "details", "summary", "svg", "g",
  ]

  private static func tag(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?>) -> String {
    "<\(name)" + attributes.map { key, value in value.map { " \(key)=\"\(escape($0))\"" } ?? "" }.joined() + ">"
  }
}

extension [HTML] {
  var joined: HTML { reduce(.none, +) }
}

extension Phrase {
  var html: HTML {
    spans.map { span in
      switch span {
      case .plain(let text): HTML.text(text)
      case .strong(let text): HTML("strong", [:], .text(text))
      case .code(let text): HTML("code", [:], .text(text))
      }
    }.joined
  }
}
