import Assurance

/// How far a text is from the known ones: the distance to its k-th neighbour among rows that each task keeps, on features of length 1.
///
/// Sun, Ming, Zhu and Li, Out-of-distribution detection with deep nearest neighbors, arXiv 2204.06507, section 3; k = 10 here, as a task
/// keeps few rows.
public struct NearestNeighbours: Sendable, Equatable {
  /// Rows that a task keeps at most.
  public static let mostRows = 2000
  /// Which neighbour counts.
  public static let neighbour = 10

  private let tasks: [FeatureRows]
  /// Numbers of a row's features.
  public let width: Int

  /// Keeps rows.
  ///
  /// - Parameter rows: Rows of each task, in an order of chance; of more than ``mostRows`` the first are kept. A task without rows is left out.
  /// - Throws: `AssuranceError.empty` without any row, `AssuranceError.lengths` for rows of different widths.
  public init(keeping rows: [FeatureRows]) throws {
    tasks = rows.filter { $0.count > 0 }.map { $0.rows(Array(0..<min($0.count, Self.mostRows))).normalized() }
    guard let first = tasks.first else { throw AssuranceError.empty(what: "rows that novelty is measured against") }
    width = first.width
    for task in tasks where task.width != width {
      throw AssuranceError.lengths(what: "features of a task's rows", expected: width, got: task.width)
    }
  }

  /// The distance of each row to its k-th neighbour in the task where that is nearest, 0 … 2.
  ///
  /// Of a task with fewer rows the farthest counts.
  ///
  /// - Parameter rows: Features of texts, none of them a row that is kept.
  /// - Throws: `AssuranceError.lengths` for rows of another width.
  public func distances(_ rows: FeatureRows) throws -> [Double] {
    guard rows.count > 0 else { return [] }
    guard rows.width == width else {
      throw AssuranceError.lengths(what: "features of texts", expected: width, got: rows.width)
    }
    let unit = rows.normalized()
    return (0..<unit.count).map { row in
      tasks.map { Self.distance(unit, row, to: $0) }.min() ?? 2
    }
  }

  private static func distance(_ rows: FeatureRows, _ row: Int, to task: FeatureRows) -> Double {
    /// The largest products, ascending.
    var nearest: [Float] = []
    for other in 0..<task.count {
      let product = rows.product(row, task, other)
      if nearest.count == neighbour {
        guard product > nearest[0] else { continue }
        nearest.removeFirst()
      }
      nearest.insert(product, at: nearest.firstIndex { $0 >= product } ?? nearest.endIndex)
    }
    // ‖a − b‖² = 2 − 2 a·b for vectors of length 1.
    return (2 - 2 * Double(min(max(nearest.first ?? -1, -1), 1))).squareRoot()
  }
}
