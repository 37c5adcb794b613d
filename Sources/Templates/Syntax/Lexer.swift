/// Cuts a template into tokens, as jinja2 does with `trim_blocks` and `lstrip_blocks`: it drops the line end after a block tag, and the
/// white space between the start of a line and a block tag.
struct Lexer {
  let source: [Unicode.Scalar]
  let template: String
  var position = 0
  var line = 1
  var tokens: [Token] = []
  /// Whether the text that comes next stands at the beginning of a line.
  var lineStarting = true

  /// - Parameter text: The template; its line ends become `\n`, and one at its end is dropped.
  init(_ text: String, template: String) {
    var scalars: [Unicode.Scalar] = []
    scalars.reserveCapacity(text.utf8.count)
    var afterReturn = false
    for scalar in text.unicodeScalars {
      if scalar == "\r" {
        scalars.append("\n")
      } else if scalar != "\n" || !afterReturn {
        scalars.append(scalar)
      }
      afterReturn = scalar == "\r"
    }
    if scalars.last == "\n" { scalars.removeLast() }
    source = scalars
    self.template = template
  }

  /// All tokens, with ``Token/Kind/end`` behind the last; and what ended them, if that is not the template's end.
  ///
  /// A mistake that the parser finds before it gets there is the one that is told.
  mutating func run() -> (tokens: [Token], failure: (any Error)?) {
    do {
      try readAll()
      add(.end)
      return (tokens, nil)
    } catch {
      add(.end)
      return (tokens, error)
    }
  }

  private mutating func readAll() throws {
    while position < source.count {
      guard let start = nextTag() else {
        add(.data(Text(Array(source[position...]))))
        advance(to: source.count)
        break
      }
      try readTag(from: start)
    }
  }

  private mutating func readTag(from start: Int) throws {
    let kind = source[start + 1]
    let sign = sign(at: start + 2)
    addData(until: start, sign: sign, strips: kind != "{")
    advance(to: start)
    if kind == "%", let inside = rawBegin(at: start) {
      advance(to: inside)
      return try readRaw()
    }
    let opened = line
    if kind != "#" { add(kind == "{" ? .variableBegin : .blockBegin) }
    advance(to: start + (sign == nil ? 2 : 3))
    switch kind {
    case "#": try skipComment(opened: opened)
    case "{": try readTokens(until: .variableEnd, opened: opened)
    default: try readTokens(until: .blockEnd, opened: opened)
    }
  }

  /// Where the next `{{`, `{%` or `{#` is.
  private func nextTag() -> Int? {
    var index = position
    while index + 1 < source.count {
      if source[index] == "{" {
        let next = source[index + 1]
        if next == "{" || next == "%" || next == "#" { return index }
      }
      index += 1
    }
    return nil
  }

  private func sign(at index: Int) -> Unicode.Scalar? {
    guard index < source.count, source[index] == "-" || source[index] == "+" else { return nil }
    return source[index]
  }

  /// Adds the text before a tag, without what the tag takes away.
  private mutating func addData(until end: Int, sign: Unicode.Scalar?, strips: Bool) {
    var last = end
    if sign == "-" {
      while last > position, source[last - 1].isPythonSpace { last -= 1 }
    } else if sign == nil, strips {
      var begin = end
      while begin > position, source[begin - 1] != "\n" { begin -= 1 }
      let atLineStart = begin > position || lineStarting
      if atLineStart, source[begin..<end].allSatisfy(\.isPythonSpace) { last = begin }
    }
    if last > position { add(.data(Text(Array(source[position..<last])))) }
  }

  private mutating func skipComment(opened: Int) throws {
    var index = position
    while index < source.count {
      if matches("#}", at: index) {
        return finish(at: index + 2, trimsLine: true)
      }
      if source[index] == "-", matches("#}", at: index + 1) {
        return finish(at: skippingSpace(index + 3), trimsLine: false)
      }
      if source[index] == "+", matches("#}", at: index + 1) {
        return finish(at: index + 3, trimsLine: false)
      }
      index += 1
    }
    throw error(line: opened, expected: "`#}`, which ends the comment", got: "the end of the template")
  }

  /// If a `raw` tag is here: where its content begins.
  private func rawBegin(at start: Int) -> Int? {
    var index = skippingSpace(start + (sign(at: start + 2) == nil ? 2 : 3))
    guard matches("raw", at: index) else { return nil }
    index = skippingSpace(index + 3)
    if matches("%}", at: index) { return index + 2 }
    return matches("-%}", at: index) ? skippingSpace(index + 3) : nil
  }

  private mutating func readRaw() throws {
    let opened = line
    var index = position
    while index < source.count {
      if matches("{%", at: index) {
        let sign = sign(at: index + 2)
        var end = skippingSpace(index + (sign == nil ? 2 : 3))
        if matches("endraw", at: end) {
          end = skippingSpace(end + 6)
          if let (next, trims) = blockEnd(at: end) {
            addData(until: index, sign: sign, strips: true)
            return finish(at: next, trimsLine: trims)
          }
        }
      }
      index += 1
    }
    throw error(line: opened, expected: "`{% endraw %}`", got: "the end of the template")
  }

  /// If a block's end is here: where it ends, and whether it takes the line end behind it.
  func blockEnd(at index: Int) -> (next: Int, trimsLine: Bool)? {
    if matches("%}", at: index) { return (index + 2, true) }
    if matches("-%}", at: index) { return (skippingSpace(index + 3), false) }
    return matches("+%}", at: index) ? (index + 3, false) : nil
  }

  /// Goes behind a tag.
  mutating func finish(at index: Int, trimsLine: Bool) {
    let end = trimsLine && index < source.count && source[index] == "\n" ? index + 1 : index
    advance(to: end)
    lineStarting = source[end - 1] == "\n"
  }
}
