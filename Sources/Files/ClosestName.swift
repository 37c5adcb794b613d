/// Lists of names for a message about one that is not among them.
extension Collection<String> {
  /// As ``listed``, with the name first that differs least from what was given: of a long list it may be the only one that
  /// somebody who mistyped it wants to see.
  public func listed(closestTo given: String) -> String {
    // A name of which most was typed otherwise is not what was meant.
    let limit = Swift.max(1, given.unicodeScalars.count / 3)
    let distances = map { (name: $0, edits: $0.edits(from: given)) }
    guard let closest = distances.min(by: { $0.edits < $1.edits }), closest.edits <= limit else { return listed }
    return ([closest.name] + filter { !$0.hasSameCodePoints(as: closest.name) }).listed
  }
}

extension String {
  /// How many code points have to be put in, left out or exchanged to make this text of another (Levenshtein). Only the first 64 of both
  /// count: names are short, and what is given may be of any length.
  func edits(from other: String) -> Int {
    let (target, source) = (Array(unicodeScalars.prefix(64)), Array(other.unicodeScalars.prefix(64)))
    var row = Array(0...source.count)
    for (line, scalar) in target.enumerated() {
      var diagonal = row[0]
      row[0] = line + 1
      for column in source.indices {
        let changed = diagonal + (scalar == source[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = Swift.min(changed, row[column] + 1, diagonal + 1)
      }
    }
    return row[source.count]
  }
}
