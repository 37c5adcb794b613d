import Torch

extension JSONLReader {
  /// What a row is for.
  enum Split: String {
    case train
    case test

    /// The split of every row: as the rows say, or, if none says anything, the last fifth of a shuffle for test.
    ///
    /// - Throws: ``StreamError/field(_:)`` if only some rows have the field, or it has another value.
    static func splits(of rows: [RowFields], task: String) throws -> [Split] {
      guard rows.contains(where: { $0.has("split") }) else { return drawn(count: rows.count, task: task) }
      return try rows.map { row in
        guard row.has("split") else {
          throw row.wrong(
            "split", got: "none, though other rows have it", fix: "Give every row a \"split\", or none of them.")
        }
        let value = try row.text("split")
        guard let split = Split(rawValue: value) else {
          throw row.wrong(
            "split", got: quoted(value), fix: "Write \"train\" or \"test\"; validation rows are taken from train.")
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
