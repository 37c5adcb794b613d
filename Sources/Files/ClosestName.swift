/// Lists of names for a message about one that is not among them.
extension Collection<String> {
  /// As ``listed``, with the name first that differs least from what was given: of a long list it may be the only one that
  /// somebody who mistyped it wants to see.
  public func listed(closestTo given: String) -> String {
    guard let closest = closest(to: given) else { return listed }
    return ([closest] + filter { !$0.hasSameCodePoints(as: closest) }).listed
  }

  /// The name that differs least from what was given, upper and lower case being one; `nil`: most of every name differs.
  public func closest(to given: String) -> String? {
    // A name of which most was typed otherwise is not what was meant.
    let limit = Swift.max(1, given.unicodeScalars.count / 3)
    let small = given.lowercased()
    let distances = map { (name: $0, edits: Swift.min($0.edits(from: given), $0.lowercased().edits(from: small))) }
    return distances.min(by: { $0.edits < $1.edits }).flatMap { $0.edits <= limit ? $0.name : nil }
  }
}

extension String {
  /// How many code points have to be put in, left out, exchanged, or swapped with their neighbour to make this text of another (optimal
  /// string alignment). Only the first 64 of both count: names are short, and what is given may be of any length.
  func edits(from other: String) -> Int {
    let (target, source) = (Array(unicodeScalars.prefix(64)), Array(other.unicodeScalars.prefix(64)))
    var (before, row) = ([Int](), Array(0...source.count))
    for (line, scalar) in target.enumerated() {
      var next = [line + 1]
      for column in source.indices {
        var least = Swift.min(row[column] + (scalar == source[column] ? 0 : 1), row[column + 1] + 1, next[column] + 1)
        if line > 0, column > 0, scalar == source[column - 1], target[line - 1] == source[column] {
          least = Swift.min(least, before[column - 1] + 1)
        }
        next.append(least)
      }
      (before, row) = (row, next)
    }
    return row[source.count]
  }
}
