import Files
public import Foundation

/// One entry of `statistics.json`: a number of a learned task in every decoder layer, such as how much of the task's update is
/// the shared path.
public struct TaskStatistic: Sendable, Codable, Equatable {
  public var task: String
  public var name: String
  public var formula: String
  /// One value for each layer, from the lowest.
  public var layers: [Double]

  /// No decoder is deeper.
  static let mostLayers = 4096

  public init(task: String, name: String, formula: String, layers: [Double]) {
    self.task = task
    self.name = name
    self.formula = formula
    self.layers = layers
  }

  /// Reads `statistics.json`.
  /// - Throws: `FileError` that names the file and what cannot be.
  public static func read(_ url: URL) throws -> [TaskStatistic] {
    try possible(JSONFile.read([TaskStatistic].self, from: url), path: url.path)
  }

  /// Reads statistics that are in memory already.
  ///
  /// - Parameters:
  ///   - data: The JSON text.
  ///   - path: Where it came from, for errors.
  /// - Throws: As ``read(_:)``.
  public static func decode(_ data: Data, path: String) throws -> [TaskStatistic] {
    try possible(JSONFile.decode([TaskStatistic].self, from: data, path: path), path: path)
  }

  private static func possible(_ statistics: [TaskStatistic], path: String) throws -> [TaskStatistic] {
    func refuse(_ reason: String) -> FileError { .malformedJSON(path: path, reason: reason) }
    var seen: Set<[String]> = []
    for statistic in statistics {
      let what = "`\(statistic.name)` of task `\(statistic.task)`"
      guard (1...mostLayers).contains(statistic.layers.count) else {
        throw refuse("\(what) has \(statistic.layers.count) layers; 1 to \(mostLayers) are possible")
      }
      guard seen.insert([statistic.name, statistic.task]).inserted else { throw refuse("\(what) is listed twice") }
    }
    return statistics
  }
}
