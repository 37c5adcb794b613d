import Files
import Learning

/// A line of `statistics.json`: one number of every layer about a learned task.
public struct TaskStatistic: Sendable, Codable, Equatable {
  public var task: String
  public var name: String
  public var formula: String
  public var layers: [Double]

  init(task: String, _ statistic: LayerStatistic) {
    self.task = task
    (name, formula, layers) = (statistic.name, statistic.formula, statistic.layers)
  }

  /// Those of a run; none where its method has none.
  public static func read(_ folder: RunFolder) throws -> [TaskStatistic] {
    do {
      return try JSONFile.read([TaskStatistic].self, from: folder.inside(folder.statistics))
    } catch FileError.notFound {
      return []
    }
  }
}
