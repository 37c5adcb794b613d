import Randomness

extension RowReader {
  /// What a row is for.
  enum Split: String {
    case train
    case test

    /// What a row is for; `nil` for validation: a run takes such rows from those that train.
    init?(_ role: TaskExamples.Role) {
      switch role {
      case .learn: self = .train
      case .gate: self = .test
      case .choose: return nil
      }
    }

    /// The split of every row: as the rows say, or, if none says anything, the last fifth of a shuffle for test.
    ///
    /// - Parameters:
    ///   - stated: What each row says.
    ///   - areStated: Whether rows that are left out say something.
    ///   - location: Where a row is, by its number.
    /// - Throws: ``StreamError/field(_:)`` if only some rows say something.
    static func splits(
      _ stated: [Split?], areStated: Bool, task: String, location: (Int) -> RowLocation
    ) throws -> [Split] {
      guard areStated || stated.contains(where: { $0 != nil }) else { return drawn(count: stated.count, task: task) }
      return try stated.enumerated().map { row, split in
        guard let split else {
          throw StreamError.field(
            location(row).detail(
              expected: "a string \"split\"", got: "none, though other rows have it",
              fix: "Give every row a \"split\", or none of them."))
        }
        return split
      }
    }

    /// The split of a file whose rows name none, with stream `split/TASK`.
    private static func drawn(count: Int, task: String) -> [Split] {
      var stream = RandomStream(purposes: ["split", task])
      var order = Array(0..<count)
      stream.shuffle(&order)
      var splits = [Split](repeating: .train, count: count)
      for row in order.suffix(count / 5) { splits[row] = .test }
      return splits
    }
  }
}
