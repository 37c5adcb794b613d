import Files
import Randomness

extension RowSelection {
  /// The train rows that are trained on: walking the shuffle `SEED/rows/TASK`, a row is taken while its label has
  /// fewer than `perClass`, until `trainLimit` rows are taken.
  ///
  /// - Parameters:
  ///   - labels: The label of every train row, in file order.
  ///   - held: Positions of rows that are never taken: the validation part where it is scored, and rows kept apart for combining.
  ///   - perClass: The most rows of a label; `nil`: any number.
  ///   - trainLimit: The most rows in all; `nil`: any number.
  ///   - seed: The run's seed.
  ///   - task: The task's name.
  /// - Returns: Positions in `labels`, ascending.
  public static func trainingRows(
    labels: [String], held: Set<Int> = [], perClass: Int?, trainLimit: Int? = nil, seed: UInt64, task: String
  ) -> [Int] {
    if perClass == nil, trainLimit == nil { return labels.indices.filter { !held.contains($0) } }
    var taken: [Int] = []
    var counts: [ExactText: Int] = [:]
    for row in shuffled(labels.count, RandomStream(seed: seed, "rows", task)) where !held.contains(row) {
      if let trainLimit, taken.count >= trainLimit { break }
      let count = counts[ExactText(labels[row]), default: 0]
      if let perClass, count >= perClass { continue }
      counts[ExactText(labels[row])] = count + 1
      taken.append(row)
    }
    return taken.sorted()
  }

  /// The test rows that are scored: the first of the shuffle `test/TASK`, which is the same in every run.
  ///
  /// - Parameters:
  ///   - count: How many test rows the task has.
  ///   - limit: The most rows; `nil`: all. A negative limit is 0.
  ///   - task: The task's name.
  /// - Returns: Positions, ascending.
  public static func testRows(count: Int, limit: Int?, task: String) -> [Int] {
    guard let limit else { return Array(0..<max(0, count)) }
    return shuffled(count, RandomStream(purposes: ["test", task])).prefix(max(0, limit)).sorted()
  }

  /// The validation part of the train rows: the fifth of them (rounded up) with the lowest hashes, and every other row
  /// whose hash is the same as the last one's.
  ///
  /// A row's hash is the first draw of the stream `validation/TASK/TEXT`. It does not depend on the row's label, its position in the file or
  /// the run's seed. So labels are as frequent in the part as in the file, up to chance; every run has the same part; and rows with the
  /// same text are all inside or all outside.
  ///
  /// - Parameters:
  ///   - texts: The text of every train row, in file order.
  ///   - task: The task's name.
  /// - Returns: Positions in `texts`, from the lowest hash; rows with the same hash in file order.
  public static func validationPart(texts: [String], task: String) -> [Int] {
    let hashed = texts.enumerated().map { row, text in
      var stream = RandomStream(purposes: ["validation", task, text])
      return (hash: stream.next(), row: row)
    }.sorted { ($0.hash, $0.row) < ($1.hash, $1.row) }
    let count = (hashed.count + 4) / 5
    guard count > 0 else { return [] }
    let last = hashed[count - 1].hash
    return hashed.prefix { $0.hash <= last }.map(\.row)
  }

  /// The validation part of the rows that are outside of one: where that is empty, the validation part itself.
  ///
  /// - Parameters:
  ///   - task: The task.
  ///   - part: Positions of its train rows.
  /// - Returns: Positions of train rows, from the lowest hash.
  static func nextPart(of task: LearningTask, outside part: Set<Int>) -> [Int] {
    let rest = task.train.indices.filter { !part.contains($0) }
    return validationPart(texts: rest.map { task.train[$0].text }, task: task.name).map { rest[$0] }
  }

  private static func shuffled(_ count: Int, _ stream: RandomStream) -> [Int] {
    var stream = stream
    var rows = Array(0..<max(0, count))
    stream.shuffle(&rows)
    return rows
  }
}
