import Files
import Records

/// One statistic of a method's runs: for each learned task a number in every decoder layer.
public struct LayerStatistics: Sendable, Equatable, Encodable {
  /// One task.
  public struct Task: Sendable, Equatable, Encodable {
    public let task: String
    /// From the lowest layer.
    public let layers: [Estimate?]
  }

  public let name: String
  public let formula: String
  /// In the first run's order of learning.
  public let tasks: [Task]

  /// Every statistic that some run has, in the order in which they come up; means are over the runs that have it.
  static func of(_ runs: [ReportedRun]) -> [LayerStatistics] {
    let all = runs.flatMap(\.statistics)
    return firsts(all.map(\.name)).map { name in
      let mine = all.filter { $0.name == name }
      return LayerStatistics(
        name: name, formula: mine.first?.formula ?? "",
        tasks: firsts(mine.map(\.task)).map { task in
          let found = mine.filter { $0.task == task }.map(\.layers)
          return Task(
            task: task,
            layers: (0..<(found.map(\.count).max() ?? 0)).map { layer in
              Estimate(whole: found.map { $0[safe: layer] })
            })
        })
    }
  }

  /// Each text once, where it first comes up.
  static func firsts(_ texts: [String]) -> [String] {
    var seen: Set<ExactText> = []
    return texts.filter { seen.insert(ExactText($0)).inserted }
  }
}
