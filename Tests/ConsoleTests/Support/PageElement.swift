import Foundation
import Testing

/// HTML as a browser takes it, as far as the page has any: values in double quotes, nothing left open.
final class PageElement {
  enum Node {
    case text(String)
    case element(PageElement)
  }

  let name: String
  let attributes: [(name: String, value: String)]
  private(set) var nodes: [Node] = []

  private static let voids: Set = ["meta", "link", "input", "wbr"]

  private init(_ name: String, _ attributes: [(name: String, value: String)] = []) {
    self.name = name
    self.attributes = attributes
  }

  /// The whole of a page, as one element without name.
  static func page(_ data: Data) throws -> PageElement {
    let text = try #require(String(data: data, encoding: .utf8))
    let root = PageElement("")
    var open = [root]
    for (index, piece) in text.unicodeScalars.split(separator: "<", omittingEmptySubsequences: false).enumerated() {
      let current = try #require(open.last, "an element that was not begun is ended")
      if index == 0 {
        current.add(piece)
        continue
      }
      let end = try #require(piece.firstIndex(of: ">"), "a tag that does not end: \(String(piece.prefix(40)))")
      let tag = String(piece[..<end])
      if tag.hasPrefix("/") {
        #expect(tag == "/" + current.name, "<\(tag)> in \(current.name)")
        open.removeLast()
      } else if !tag.hasPrefix("!") {
        let element = try PageElement(tag: tag)
        current.nodes.append(.element(element))
        if !voids.contains(element.name) { open.append(element) }
      }
      open.last?.add(piece[piece.index(after: end)...])
    }
    #expect(open.count == 1, "left open: \(open.map(\.name))")
    return root
  }

  private convenience init(tag: String) throws {
    let name = tag.prefix { $0 != " " }
    var attributes: [(name: String, value: String)] = []
    // Everything between the quotes is a value; what is left are names.
    let parts = tag.unicodeScalars.dropFirst(name.unicodeScalars.count).split(
      separator: "\"", omittingEmptySubsequences: false)
    for index in stride(from: 0, to: parts.count - 1, by: 2) {
      let key = String(parts[index]).trimmingCharacters(in: .whitespaces)
      #expect(key.wholeMatch(of: #/[A-Za-z-]+=/#) != nil, "the attribute \(key) of <\(tag)>")
      attributes.append((name: String(key.dropLast()), value: Self.unescaped(parts[index + 1])))
    }
    #expect(parts.last?.isEmpty ?? true, "<\(tag)>")
    self.init(String(name), attributes)
  }

  private func add(_ text: Substring.UnicodeScalarView) {
    if !text.isEmpty { nodes.append(.text(Self.unescaped(text))) }
  }

  private static let entities: [(name: String, scalar: Unicode.Scalar)] = [
    ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#13;", "\r"), ("&amp;", "&"),
  ]

  private static func unescaped(_ text: Substring.UnicodeScalarView) -> String {
    var (plain, rest) = (String.UnicodeScalarView(), text)
    while let scalar = rest.first {
      let entity = scalar == "&" ? entities.first { rest.starts(with: $0.name.unicodeScalars) } : nil
      plain.append(entity?.scalar ?? scalar)
      rest = rest.dropFirst(entity?.name.unicodeScalars.count ?? 1)
    }
    return String(plain)
  }

  subscript(attribute: String) -> String? { attributes.first { $0.name == attribute }?.value }

  var elements: [PageElement] {
    nodes.compactMap { if case .element(let element) = $0 { element } else { nil } }
  }

  /// All elements below it, in the order of the page.
  var all: [PageElement] { elements.flatMap { [$0] + $0.all } }

  func all(_ name: String) -> [PageElement] { all.filter { $0.name == name } }

  /// What is written in it.
  var text: String {
    nodes.map {
      switch $0 {
      case .text(let text): text
      case .element(let element): element.text
      }
    }.joined()
  }

  /// The same without what is in elements within it.
  var ownText: String {
    nodes.map { if case .text(let text) = $0 { text } else { "" } }.joined()
  }

  /// The text that `HTML.quoted` was given: marks read back as what they stand for.
  var source: String {
    nodes.map { node in
      switch node {
      case .text(let text): return text
      case .element(let mark):
        var view = String.UnicodeScalarView()
        for code in mark.text.split(separator: " ") {
          if let value = UInt32(code.dropFirst(2), radix: 16), let scalar = Unicode.Scalar(value) {
            view.append(scalar)
          }
        }
        return String(view)
      }
    }.joined()
  }
}
