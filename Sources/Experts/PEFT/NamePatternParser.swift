/// Takes a pattern apart (``NamePattern``).
struct NamePatternParser {
  indirect enum Node {
    case bytes(ByteSet)
    case assertion(NamePattern.Assertion)
    case sequence([Node])
    case choice([Node])
    /// `most` `nil`: any number.
    case repeated(Node, least: Int, most: Int?)
  }

  private let text: [Unicode.Scalar]
  private var index = 0
  private var depth = 0

  private static let deepest = 50
  private static let mostRepetitions = 1000

  init(_ pattern: String) { text = Array(pattern.unicodeScalars) }

  private func refusal(_ reason: String) -> NamePattern.Refusal { NamePattern.Refusal(reason: reason) }

  private var current: Unicode.Scalar? { index < text.count ? text[index] : nil }

  private mutating func takes(_ scalar: Unicode.Scalar) -> Bool {
    guard current == scalar else { return false }
    index += 1
    return true
  }

  mutating func whole() throws -> Node {
    let node = try choice()
    guard index == text.count else { throw refusal("a `)` closes nothing") }
    return node
  }

  private mutating func choice() throws -> Node {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else { throw refusal("it is nested deeper than \(Self.deepest) levels") }
    var choices = [try sequence()]
    while takes("|") { choices.append(try sequence()) }
    return choices.count == 1 ? choices[0] : .choice(choices)
  }

  private mutating func sequence() throws -> Node {
    var nodes: [Node] = []
    while let scalar = current, scalar != "|", scalar != ")" { nodes.append(try repeated(try atom())) }
    return .sequence(nodes)
  }

  private mutating func repeated(_ node: Node) throws -> Node {
    let least: Int
    let most: Int?
    switch current {
    case "*": (least, most) = (0, nil)
    case "+": (least, most) = (1, nil)
    case "?": (least, most) = (0, 1)
    case "{":
      guard let (from, to, end) = try counts() else { return node }
      (least, most, index) = (from, to, end - 1)
    default: return node
    }
    index += 1
    // That the shortest is tried first changes nothing where the whole name has to fit.
    if !takes("?"), current == "+" { throw refusal("possessive repetitions (`*+`) are not read") }
    if let next = current, "*+?".unicodeScalars.contains(next) { throw refusal("two repetitions stand side by side") }
    return .repeated(node, least: least, most: most)
  }

  /// `{2}`, `{2,}`, `{,3}`, `{2,3}` and where it ends; `nil` for a `{` that is only a character.
  private func counts() throws -> (least: Int, most: Int?, end: Int)? {
    guard let close = text[index...].firstIndex(of: "}") else { return nil }
    let inner = text[(index + 1)..<close]
    let parts = inner.split(separator: ",", omittingEmptySubsequences: false)
    guard !inner.isEmpty, parts.count <= 2, parts.allSatisfy({ $0.allSatisfy { ("0"..."9").contains($0) } }),
      !(parts.count == 1 && parts[0].isEmpty)
    else { return nil }
    func number(_ digits: ArraySlice<Unicode.Scalar>) throws -> Int {
      let value = Int(String(String.UnicodeScalarView(digits))) ?? .max
      guard value <= Self.mostRepetitions else {
        throw refusal("it repeats something more than \(Self.mostRepetitions) times")
      }
      return value
    }
    let least = parts[0].isEmpty ? 0 : try number(parts[0])
    let most = parts.count == 1 ? least : parts[1].isEmpty ? nil : try number(parts[1])
    guard most.map({ $0 >= least }) ?? true else {
      throw refusal("it repeats something at least \(least) times and at most fewer")
    }
    return (least, most, close + 1)
  }

  private mutating func atom() throws -> Node {
    guard let scalar = current else { throw refusal("it ends too early") }
    index += 1
    switch scalar {
    case ".": return .bytes(.any)
    case "^": return .assertion(.start)
    case "$": return .assertion(.end)
    case "(": return try group()
    case "[": return .bytes(try set())
    case "\\": return try escape()
    case "*", "+", "?": throw refusal("`\(scalar)` repeats nothing")
    default: return .bytes(Self.one(scalar))
    }
  }

  /// No name has a character beyond ASCII: a set of none of them.
  private static func one(_ scalar: Unicode.Scalar) -> ByteSet {
    scalar.isASCII ? ByteSet(UInt8(scalar.value)...UInt8(scalar.value)) : ByteSet()
  }

  private mutating func group() throws -> Node {
    if takes("?") {
      if takes("P") {
        guard takes("<") else { throw refusal("references to named groups are not read") }
        while let scalar = current, scalar != ">" {
          guard scalar == "_" || scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) else { break }
          index += 1
        }
        guard takes(">") else { throw refusal("a group's name does not end") }
      } else if !takes(":") {
        throw refusal("looking ahead or behind, and flags, are not read")
      }
    }
    let node = try choice()
    guard takes(")") else { throw refusal("a `(` is not closed") }
    return node
  }

  private mutating func escape() throws -> Node {
    guard let scalar = current else { throw refusal("it ends with a `\\`") }
    switch scalar {
    case "b":
      index += 1
      return .assertion(.boundary)
    case "B":
      index += 1
      return .assertion(.noBoundary)
    case "A":
      index += 1
      return .assertion(.start)
    case "Z":
      index += 1
      return .assertion(.end)
    default: return .bytes(try escaped())
    }
  }

  /// What stands behind a `\`, in a set and outside.
  private mutating func escaped() throws -> ByteSet {
    guard let scalar = current else { throw refusal("it ends with a `\\`") }
    index += 1
    switch scalar {
    case "d": return .digits
    case "D": return ByteSet.digits.inverted
    case "w": return .word
    case "W": return ByteSet.word.inverted
    case "s": return .space
    case "S": return ByteSet.space.inverted
    case "n": return Self.one("\n")
    case "t": return Self.one("\t")
    default:
      guard scalar.isASCII, !ByteSet.letters.union(.digits).contains(UInt8(scalar.value)) else {
        throw refusal("`\\\(scalar)` is not read")
      }
      return Self.one(scalar)
    }
  }

  private mutating func set() throws -> ByteSet {
    let isInverted = takes("^")
    var result = ByteSet()
    var isFirst = true
    while true {
      guard let scalar = current else { throw refusal("a `[` is not closed") }
      index += 1
      if scalar == "]", !isFirst { return isInverted ? result.inverted : result }
      isFirst = false
      var part = scalar == "\\" ? try escaped() : Self.one(scalar)
      if scalar != "\\", scalar.isASCII, current == "-", index + 1 < text.count, text[index + 1] != "]" {
        let last = text[index + 1]
        guard last != "\\", last.isASCII, last >= scalar else { throw refusal("a range in a set is invalid") }
        index += 2
        part = ByteSet(UInt8(scalar.value)...UInt8(last.value))
      }
      result = result.union(part)
    }
  }
}
