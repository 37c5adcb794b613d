import Files

/// Markup that is safe to write: made by these functions alone, which escape every text and every value: names and texts
/// are written by others. Attributes and elements are named by literals alone.
public struct HTML: Equatable, Sendable {
  /// As it goes into a file.
  public private(set) var markup = ""

  /// Nothing.
  public static let none = HTML()

  init(markup: String = "") { self.markup = markup }

  /// An element; an attribute without value is left out, one that is only there or not has an empty value.
  public init(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:], _ children: [HTML]) {
    let line = Self.blocks.contains("\(name)") ? "\n" : ""
    markup = Self.tag(name, attributes) + children.map(\.markup).joined() + "</\(name)>" + line
  }

  /// An element with what is in it, one after the other.
  public init(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?> = [:], _ children: HTML...) {
    self.init(name, attributes, children)
  }

  /// An element that never has content, such as `meta`.
  public static func void(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?>) -> HTML {
    HTML(markup: tag(name, attributes) + "\n")
  }

  /// Text, escaped.
  public static func text(_ text: String) -> HTML { HTML(markup: escape(text)) }

  /// A name, escaped, which has no spaces to break at: a long one may break after its separators, a short one stays on one line.
  ///
  /// - Parameter breaks: Whether also a short one may break, where columns are narrow.
  public static func name(_ name: String, breaks: Bool = false) -> HTML {
    guard breaks || name.count > 14 else { return HTML("span", ["class": "name"], .text(name)) }
    var markup = ""
    for character in name {
      markup += escape(String(character))
      if "_-./".contains(character) { markup += "<wbr>" }
    }
    return HTML(markup: markup)
  }

  /// What is written in this program, as it is.
  public static func literal(_ markup: StaticString) -> HTML { HTML(markup: "\(markup)") }

  /// The same of several pieces, a line end between them.
  public static func literal(_ pieces: [StaticString]) -> HTML {
    HTML(markup: pieces.map(\.description).joined(separator: "\n"))
  }

  /// One after the other.
  public static func + (one: HTML, other: HTML) -> HTML { HTML(markup: one.markup + other.markup) }

  /// Without control characters, and with everything spelled out that begins or ends markup.
  public static func escape(_ text: String) -> String {
    var result = ""
    for scalar in text.onOneLine.unicodeScalars { append(scalar, to: &result) }
    return result
  }

  /// Writes a code point so that a browser reads this one: what begins or ends markup, or would be read as another, is spelled out.
  static func append(_ scalar: Unicode.Scalar, to markup: inout String) {
    switch scalar {
    case "&": markup += "&amp;"
    case "<": markup += "&lt;"
    case ">": markup += "&gt;"
    case "\"": markup += "&quot;"
    case "'": markup += "&#39;"
    case "\r": markup += "&#13;"
    case "\0": markup += "\u{FFFD}"
    default: markup.unicodeScalars.append(scalar)
    }
  }

  /// After which a line ends, so that two pages can be compared line by line.
  private static let blocks: Set<String> = [
    "head", "title", "style", "body", "header", "nav", "main", "section", "article", "footer", "figure", "figcaption",
    "div", "table",
    "thead", "tbody", "tr", "ul", "li", "p", "h1", "h2", "h3", "dl", "details", "summary", "svg", "g", "form",
    "select", "option", "script",
  ]

  private static func tag(_ name: StaticString, _ attributes: KeyValuePairs<StaticString, String?>) -> String {
    "<\(name)" + attributes.map { key, value in value.map { " \(key)=\"\(escape($0))\"" } ?? "" }.joined() + ">"
  }
}

extension [HTML] {
  /// One after the other.
  public var joined: HTML { reduce(.none, +) }
}
