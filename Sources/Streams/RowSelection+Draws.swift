import Files
import Torch

extension RowSelection {
  /// The train rows that are trained on: walking the shuffle `SEED/rows/TASK`, a row is taken while its label has
  /// fewer than `perClass`, until `trainLimit` rows are taken.
  ///
  /// - Parameters:
  ///   - labels: The label of every train row, in file order.
  ///   - perClass: The most rows of a label; `nil`: any number.
  ///   - trainLimit: The most rows in all; `nil`: any number.
  ///   - seed: The run's seed.
  ///   - task: The task's name.
  /// - Returns: Positions in `labels`, ascending.
  public static func trainingRows(
    labels: [String], perClass: Int?, trainLimit: Int? = nil, seed: UInt64, task: String
  ) -> [Int] {
    if perClass == nil, trainLimit == nil { return Array(labels.indices) }
    var taken: [Int] = []
    var counts: [ExactText: Int] = [:]
    for row in shuffled(labels.count, RandomStream(seed: seed, "rows", task)) {
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

  /// The train rows that are scored instead of test rows: the first of the shuffle `SEED/rows/TASK` that are not
  /// trained on.
  ///
  /// - Parameters:
  ///   - labels: The label of every train row, in file order.
  ///   - perClass: The most training rows of a label; `nil`: any number.
  ///   - trainLimit: The most training rows in all; `nil`: any number. Without both, no row is left.
  ///   - limit: The most rows; `nil`: all that are left. A negative limit is 0.
  ///   - seed: The run's seed.
  ///   - task: The task's name.
  /// - Returns: Positions in `labels`, ascending.
  public static func validationRows(
    labels: [String], perClass: Int?, trainLimit: Int? = nil, limit: Int?, seed: UInt64, task: String
  ) -> [Int] {
    let taken = Set(
      trainingRows(labels: labels, perClass: perClass, trainLimit: trainLimit, seed: seed, task: task))
    let left = shuffled(labels.count, RandomStream(seed: seed, "rows", task)).filter { !taken.contains($0) }
    return left.prefix(limit.map { max(0, $0) } ?? left.count).sorted()
  }

  private static func shuffled(_ count: Int, _ stream: RandomStream) -> [Int] {
    var stream = stream
    var rows = Array(0..<max(0, count))
    stream.shuffle(&rows)
    return rows
  }
}
