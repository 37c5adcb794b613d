import Files

extension SchemaKeywords {
  /// Between which numbers a count has to be.
  func count(_ lower: String, _ upper: String) throws -> CountBounds {
    let bounds = CountBounds(least: try count(lower) ?? 0, most: try count(upper))
    if let most = bounds.most, most < bounds.least {
      throw place[upper].invalid("at least \(bounds.least), as `\(lower)` says", got: self[upper])
    }
    return bounds
  }

  private func count(_ name: String) throws -> Int? {
    guard let value = self[name] else { return nil }
    guard let count = value.integer, count >= 0 else { throw place[name].invalid("a whole number from 0", got: value) }
    return count
  }

  /// Between which numbers one has to be; `nil`: it is any number.
  func range(isInteger: Bool) throws -> NumberRange? {
    var range = NumberRange(isInteger: isInteger)
    let whole = range
    for (name, isLower, isOpen) in [
      ("minimum", true, false), ("exclusiveMinimum", true, true), ("maximum", false, false),
      ("exclusiveMaximum", false, true),
    ] {
      guard let value = self[name] else { continue }
      guard value.number?.isFinite ?? false else { throw place[name].invalid("a number", got: value) }
      if isLower { range.raise(to: value, isOpen: isOpen) } else { range.lower(to: value, isOpen: isOpen) }
    }
    guard ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"].contains(where: { self[$0] != nil }) else {
      return nil
    }
    guard range == whole || BoundedNumberState.has(range) else {
      throw place.invalid(
        "bounds with a\(isInteger ? " whole" : "") number of at most \(range.digits) digits between them", got: "none")
    }
    return range
  }
}
