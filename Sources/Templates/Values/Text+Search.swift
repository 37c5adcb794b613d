/// Finding, cutting and replacing, in time that grows with the length of both texts and not with their product.
extension Text {
  /// Where `needle` occurs without overlaps, from the left (Knuth, Morris, Pratt).
  ///
  /// - Parameters:
  ///   - needle: Not empty.
  ///   - range: Where it is looked for.
  ///   - most: How many are looked for.
  func positions(of needle: Text, in range: Range<Int>? = nil, most: Int = .max) -> [Int] {
    let range = range ?? 0..<count
    let pattern = needle.scalars
    guard !pattern.isEmpty, pattern.count <= range.count, most > 0 else { return [] }
    let borders = Self.borders(pattern)
    var found: [Int] = []
    var matched = 0
    for index in range {
      while matched > 0, scalars[index] != pattern[matched] { matched = borders[matched - 1] }
      if scalars[index] == pattern[matched] { matched += 1 }
      if matched == pattern.count {
        found.append(index + 1 - matched)
        if found.count == most { break }
        matched = 0
      }
    }
    return found
  }

  /// Where the last `needle` begins.
  func lastPosition(of needle: Text, in range: Range<Int>) -> Int? {
    let found = reversed.positions(
      of: needle.reversed, in: (count - range.upperBound)..<(count - range.lowerBound), most: 1)
    return found.first.map { count - $0 - needle.count }
  }

  var reversed: Text { Text(Array(scalars.reversed())) }

  /// For each prefix of a pattern the length of its longest border.
  private static func borders(_ pattern: [Unicode.Scalar]) -> [Int] {
    var borders = Array(repeating: 0, count: pattern.count)
    var length = 0
    for index in pattern.indices.dropFirst() {
      while length > 0, pattern[index] != pattern[length] { length = borders[length - 1] }
      if pattern[index] == pattern[length] { length += 1 }
      borders[index] = length
    }
    return borders
  }

  func contains(_ needle: Text) -> Bool { needle.isEmpty || !positions(of: needle, most: 1).isEmpty }

  /// - Parameter most: How many are replaced.
  func replacing(_ old: Text, with new: Text, most: Int) -> Text {
    if old.isEmpty { return interspersed(with: new, most: most) }
    var result: [Unicode.Scalar] = []
    var end = 0
    for position in positions(of: old, most: most) {
      result += scalars[end..<position]
      result += new.scalars
      end = position + old.count
    }
    return Text(result + scalars[end...])
  }

  private func interspersed(with new: Text, most: Int) -> Text {
    var result: [Unicode.Scalar] = []
    for (index, scalar) in scalars.enumerated() {
      if index < most { result += new.scalars }
      result.append(scalar)
    }
    return Text(count < most ? result + new.scalars : result)
  }

  /// - Parameter most: How many cuts are made.
  func split(by separator: Text, most: Int) -> [Text] {
    cut(at: positions(of: separator, most: most), length: separator.count)
  }

  /// The same from the right.
  func splitFromRight(by separator: Text, most: Int) -> [Text] {
    let positions = reversed.positions(of: separator.reversed, most: most).map { count - $0 - separator.count }
    return cut(at: positions.reversed(), length: separator.count)
  }

  private func cut(at positions: [Int], length: Int) -> [Text] {
    var parts: [Text] = []
    var end = 0
    for position in positions {
      parts.append(Text(scalars[end..<position]))
      end = position + length
    }
    return parts + [Text(scalars[end...])]
  }

  /// Words between white space; what is left after `most` cuts keeps its white space, but for that at its beginning.
  func words(most: Int) -> [Text] {
    var parts: [Text] = []
    var index = 0
    while true {
      while index < count, scalars[index].isPythonSpace { index += 1 }
      guard index < count else { return parts }
      guard parts.count < most else { return parts + [Text(scalars[index...])] }
      let start = index
      while index < count, !scalars[index].isPythonSpace { index += 1 }
      parts.append(Text(scalars[start..<index]))
    }
  }

  /// Lines with or without what ends them.
  func lines(keepingEnds: Bool = false) -> [Text] {
    var parts: [Text] = []
    var (start, index) = (0, 0)
    while index < count {
      guard scalars[index].isLineEnd else {
        index += 1
        continue
      }
      let end = index
      index += scalars[index] == "\r" && index + 1 < count && scalars[index + 1] == "\n" ? 2 : 1
      parts.append(Text(scalars[start..<(keepingEnds ? index : end)]))
      start = index
    }
    if start < count { parts.append(Text(scalars[start...])) }
    return parts
  }

  struct Ends: OptionSet {
    let rawValue: Int
    static let left = Ends(rawValue: 1)
    static let right = Ends(rawValue: 2)
    static let both: Ends = [.left, .right]
  }

  /// Without white space, or without these characters, at the ends.
  func stripped(_ ends: Ends, of characters: Text? = nil) -> Text {
    let set = characters.map { Set($0.scalars) }
    func goes(_ scalar: Unicode.Scalar) -> Bool { set?.contains(scalar) ?? scalar.isPythonSpace }
    var (start, end) = (0, count)
    if ends.contains(.left) { while start < end, goes(scalars[start]) { start += 1 } }
    if ends.contains(.right) { while end > start, goes(scalars[end - 1]) { end -= 1 } }
    return Text(scalars[start..<end])
  }
}
