import Testing

/// Both, element by element. One without a partner, or none at all, is a failure: a loop that never runs would pass.
func paired<A, B>(
  _ one: [A], _ other: [B], sourceLocation: SourceLocation = #_sourceLocation
) throws -> [(A, B)] {
  try #require(one.count == other.count && !one.isEmpty, sourceLocation: sourceLocation)
  return Array(zip(one, other))
}
