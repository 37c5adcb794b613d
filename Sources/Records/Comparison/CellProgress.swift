import Files
import Foundation

/// How far a cell's run has come, read from its folder while another process works on it.
public struct CellProgress: Sendable, Equatable {
  /// Tasks that are learned and scored, of how many.
  public var learned: Int
  public var tasks: Int
  /// The task that is being learned, its steps, and tokens per second; `nil` before its first step.
  public var current: Current?
  /// The share of the training rows that have been learned from, from 0 to 1.
  public var fraction: Double

  public struct Current: Sendable, Equatable {
    public var task: String
    public var step: Int
    public var totalSteps: Int
    public var tokensPerSecond: Double
  }

  private struct Event: Decodable {
    struct Step: Decodable {
      let step: Int
      let totalSteps: Int
    }
    let task: String
    let step: Step
  }

  private struct Timing: Decodable {
    let tokensPerSecond: Double
  }

  /// - Returns: `nil` when the run has not begun.
  public init?(_ run: RunFolder) {
    guard let manifest = try? Manifest.read(run.manifest) else { return nil }
    tasks = manifest.tasks.count
    // Ten times a second, and no result: the seal is not looked at.
    learned = min((try? JSONFile.read(RunCosts.self, from: run.costs))?.tasks.count ?? 0, tasks)
    let event = Self.last(Event.self, of: run.events)
    if let event, manifest.tasks.dropFirst(learned).first == event.task {
      current = Current(
        task: event.task, step: event.step.step, totalSteps: event.step.totalSteps,
        tokensPerSecond: Self.last(Timing.self, of: run.timings)?.tokensPerSecond ?? 0)
    }
    let rows = manifest.tasks.map { Double(manifest.rows[$0]?.trained ?? 0) }
    var done = rows.prefix(learned).reduce(0, +)
    if let current, rows.indices.contains(learned) {
      done += rows[learned] * min(Double(current.step) / Double(max(current.totalSteps, 1)), 1)
    }
    fraction = done / max(rows.reduce(0, +), 1)
  }

  /// The last whole line of a file; `nil` when there is none, or it is none of ours.
  private static func last<Line: Decodable>(_ type: Line.Type, of url: URL) -> Line? {
    // Half a line at the end is one that is being written.
    guard let text = FileTail.text(of: url), let end = text.lastIndex(of: "\n") else { return nil }
    let line = text[..<end].split(separator: "\n").last.map { Data($0.utf8) }
    return line.flatMap { try? JSONFile.decode(type, from: $0, path: url.path) }
  }
}
