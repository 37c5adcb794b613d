import Files
public import Foundation
import ModelConfiguration
public import Records

/// What a pretraining run's folder says, finished or not.
public struct PretrainedRun: Sendable, Equatable, Codable {
  /// A stretch of steps as one point.
  public struct Stretch: Sendable, Equatable, Codable {
    /// The middle of its steps.
    public var step: Double
    /// Means over its steps.
    public var terms: [String: Double]
    public var learningRate: Double
    public var gradientNorm: Double
    /// Mean over steps and layers.
    public var overflow: Double?
    public var dropped: Double?
    /// The largest share of the tokens that an expert was chosen for, times experts, mean over steps and layers: 1 is balanced.
    public var fullest: Double?
  }

  public var name: String
  public var manifest: PretrainingManifest
  public var steps: Int
  public var stretches: [Stretch]
  public var heldOut: [HeldOutMeasurement]
  /// Share of the tokens that chose each expert, by layer, mean over the last stretch.
  public var load: [[Double]]
  /// `nil` while the run is not complete.
  public var metrics: PretrainingMetrics?

  /// Points of a curve.
  private static let points = 200
  /// More than any run takes.
  private static let mostSteps = 1 << 50

  /// - Throws: `RunError`, `FileError` that names the file and what cannot be.
  public init(_ url: URL) throws {
    let folder = RunFolder(url)
    name = url.lastPathComponent
    manifest = try JSONFile.read(PretrainingManifest.self, from: folder.inside(folder.pretraining))
    for (key, steps) in [("steps", manifest.steps), ("longSteps", manifest.longSteps)]
    where !(0...Self.mostSteps).contains(steps) {
      throw FileError.malformedJSON(
        path: folder.pretraining.path, reason: "`\(key)` is \(steps), expected 0 to \(Self.mostSteps)")
    }
    metrics = try OptionalFile.read { try JSONFile.read(PretrainingMetrics.self, from: folder.inside(folder.metrics)) }
    let width = max(1, (manifest.steps + manifest.longSteps + Self.points - 1) / Self.points)
    var (done, stretches, current): (Int, [Stretch], [PretrainingReport]) = (0, [], [])
    try EventLines.read(PretrainingReport.self, from: folder.inside(folder.events)) { report in
      guard report.step >= 1 else {
        throw FileError.malformedJSON(
          path: folder.events.path, reason: "`step` is \(report.step), expected 1 or more")
      }
      done = report.step
      current.append(report)
      if current.count == width {
        stretches.append(Self.stretch(current))
        current = []
      }
    }
    if !current.isEmpty { stretches.append(Self.stretch(current)) }
    (steps, self.stretches) = (done, stretches)
    load = try Self.load(folder, after: max(0, done - max(width, 10)))
    heldOut = []
    if FileManager.default.fileExists(atPath: folder.heldOut.path) {
      var measured: [HeldOutMeasurement] = []
      try EventLines.read(HeldOutMeasurement.self, from: folder.inside(folder.heldOut)) { measured.append($0) }
      heldOut = measured
    }
  }

  private static func stretch(_ reports: [PretrainingReport]) -> Stretch {
    let share = 1 / Double(reports.count)
    func mean(_ value: (PretrainingReport) -> Double) -> Double { reports.reduce(0.0) { $0 + value($1) } * share }
    let names = Set(reports.flatMap { $0.terms.keys })
    let loads = reports.flatMap { $0.routing ?? [] }
    func load(_ value: (RouterLoad) -> Double) -> Double? {
      loads.isEmpty ? nil : loads.reduce(0.0) { $0 + value($1) } / Double(loads.count)
    }
    return Stretch(
      step: mean { Double($0.step) },
      terms: Dictionary(uniqueKeysWithValues: names.map { name in (name, mean { $0.terms[name] ?? 0 }) }),
      learningRate: mean { $0.learningRate }, gradientNorm: mean { $0.gradientNorm },
      overflow: load { $0.overflow }, dropped: load { $0.dropped },
      fullest: load { load in
        let sum = load.chosen.reduce(0, +)
        return sum > 0 ? (load.chosen.max() ?? 0) * Double(load.chosen.count) / sum : 0
      })
  }

  /// The mean load of the last steps.
  private static func load(_ folder: RunFolder, after step: Int) throws -> [[Double]] {
    var (sum, count): ([[Double]], Int) = ([], 0)
    try EventLines.read(PretrainingReport.self, from: folder.inside(folder.events)) { report in
      guard report.step > step, let routing = report.routing else { return }
      let shares = routing.map(\.chosen)
      sum = sum.isEmpty ? shares : zip(sum, shares).map { zip($0, $1).map(+) }
      count += 1
    }
    return sum.map { $0.map { $0 / Double(max(count, 1)) } }
  }
}
