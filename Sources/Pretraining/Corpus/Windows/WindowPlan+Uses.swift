extension WindowPlan {
  /// How much a run takes of a source in windows of one length.
  public struct Use: Sendable, Equatable {
    /// The source's name.
    public let source: String
    /// T, tokens of input of a window.
    public let sequenceLength: Int
    /// The windows that the stages of this length take.
    public let taken: Int
    /// N, the windows that there are.
    public let available: Int

    /// How often the source is passed through: 1 is every window once.
    public var epochs: Double { Double(taken) / Double(available) }
  }

  /// What a run takes of each source: lengths in the order of their first stages, for each the sources that it uses in theirs.
  public var uses: [Use] {
    var lengths: [Int] = []
    for stage in stages where !lengths.contains(stage.sequenceLength) { lengths.append(stage.sequenceLength) }
    return lengths.flatMap { length in
      let numbers = stages.indices.filter { stages[$0].sequenceLength == length }
      return sources.indices.compactMap { source -> Use? in
        let count = numbers.reduce(0) { $0 + taken[$1][source] }
        guard count > 0 else { return nil }
        return Use(
          source: sources[source].name, sequenceLength: length, taken: count,
          available: sources[source].windows(length: length))
      }
    }
  }
}
