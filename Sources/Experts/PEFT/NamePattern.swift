/// A regular expression over the names of modules, as Python's `re.fullmatch` reads it.
///
/// It is run as an automaton, all alternatives at once, without backtracking: the time is at most the length of a name times the size of the
/// pattern. What such an automaton cannot do (looking ahead or behind, references to groups) and flags are refused.
struct NamePattern {
  /// Why a pattern is not read.
  struct Refusal: Error {
    let reason: String
  }

  enum Assertion { case start, end, boundary, noBoundary }

  private enum Step {
    /// One of these bytes; names are ASCII.
    case byte(ByteSet)
    case split(Int, Int)
    case jump(Int)
    case assert(Assertion)
    case end
  }

  private static let longest = 4096
  private static let mostSteps = 20_000
  /// Steps of one search over all names: some tenths of a second.
  static let mostWork = 50_000_000

  private var steps: [Step] = []

  /// - Throws: ``Refusal``.
  init(_ pattern: String) throws {
    guard pattern.utf8.count <= Self.longest else {
      throw Refusal(reason: "it has \(pattern.utf8.count) bytes, and at most \(Self.longest) are read")
    }
    var parser = NamePatternParser(pattern)
    try append(try parser.whole())
    steps.append(.end)
  }

  private mutating func append(_ node: NamePatternParser.Node) throws {
    guard steps.count < Self.mostSteps else { throw Refusal(reason: "its repetitions make it too large") }
    switch node {
    case .bytes(let set): steps.append(.byte(set))
    case .assertion(let assertion): steps.append(.assert(assertion))
    case .sequence(let nodes): for node in nodes { try append(node) }
    case .choice(let nodes):
      var jumps: [Int] = []
      for (position, node) in nodes.enumerated() {
        let isLast = position == nodes.count - 1
        let split = steps.count
        if !isLast { steps.append(.split(split + 1, 0)) }
        try append(node)
        if !isLast {
          jumps.append(steps.count)
          steps.append(.jump(0))
          steps[split] = .split(split + 1, steps.count)
        }
      }
      for jump in jumps { steps[jump] = .jump(steps.count) }
    case .repeated(let node, let least, let most):
      for _ in 0..<least {
        let before = steps.count
        try append(node)
        // What is empty is empty however often it is repeated.
        if steps.count == before { return }
      }
      guard let most else {
        let split = steps.count
        steps.append(.split(split + 1, 0))
        try append(node)
        steps.append(.jump(split))
        steps[split] = .split(split + 1, steps.count)
        return
      }
      var splits: [Int] = []
      for _ in least..<max(least, most) {
        splits.append(steps.count)
        steps.append(.split(steps.count + 1, 0))
        try append(node)
      }
      for split in splits { steps[split] = .split(split + 1, steps.count) }
    }
  }

  /// Whether the whole of a name matches the pattern.
  ///
  /// - Parameter work: What is left of the steps that may be taken.
  /// - Throws: ``Refusal`` when nothing is left.
  func matches(_ name: String, work: inout Int) throws -> Bool {
    let bytes = Array(name.utf8)
    var current: [Int] = []
    var seen = [Int](repeating: -1, count: steps.count)
    /// Follows what takes no byte.
    func follow(_ start: Int, at position: Int, into list: inout [Int]) {
      var rest = [start]
      while let step = rest.popLast() {
        guard seen[step] != position else { continue }
        seen[step] = position
        switch steps[step] {
        case .jump(let next): rest.append(next)
        case .split(let one, let other): rest += [other, one]
        case .assert(let assertion): if holds(assertion, bytes, position) { rest.append(step + 1) }
        case .byte, .end: list.append(step)
        }
      }
    }
    follow(0, at: 0, into: &current)
    for (position, byte) in bytes.enumerated() {
      var next: [Int] = []
      for step in current {
        if case .byte(let set) = steps[step], set.contains(byte) { follow(step + 1, at: position + 1, into: &next) }
      }
      work -= steps.count / 8 + current.count + 1
      guard work > 0 else { throw Refusal(reason: "it takes too long on this base's modules") }
      current = next
      if current.isEmpty { return false }
    }
    return current.contains { if case .end = steps[$0] { true } else { false } }
  }

  private func holds(_ assertion: Assertion, _ bytes: [UInt8], _ position: Int) -> Bool {
    func isWord(_ index: Int) -> Bool { bytes.indices.contains(index) && ByteSet.word.contains(bytes[index]) }
    return switch assertion {
    case .start: position == 0
    case .end: position == bytes.count
    case .boundary: isWord(position - 1) != isWord(position)
    case .noBoundary: isWord(position - 1) == isWord(position)
    }
  }
}

/// A set of bytes.
struct ByteSet {
  private var members = [Bool](repeating: false, count: 256)

  static let digits = ByteSet(UInt8(ascii: "0")...UInt8(ascii: "9"))
  static let letters = ByteSet(UInt8(ascii: "a")...UInt8(ascii: "z")).union(
    ByteSet(UInt8(ascii: "A")...UInt8(ascii: "Z")))
  static let word = digits.union(letters).union(ByteSet(UInt8(ascii: "_")...UInt8(ascii: "_")))
  static let space = ByteSet(9...13).union(ByteSet(32...32))
  /// `.`: anything but a line feed.
  static let any = ByteSet(10...10).inverted

  init() {}

  init(_ range: ClosedRange<UInt8>) { for byte in range { members[Int(byte)] = true } }

  func contains(_ byte: UInt8) -> Bool { members[Int(byte)] }

  func union(_ other: ByteSet) -> ByteSet {
    var result = self
    for (position, isMember) in other.members.enumerated() where isMember { result.members[position] = true }
    return result
  }

  var inverted: ByteSet {
    var result = self
    result.members = members.map { !$0 }
    return result
  }
}
