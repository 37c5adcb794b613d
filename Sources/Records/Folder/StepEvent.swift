import Files
public import Foundation

/// A line of `events.jsonl`: only what the configuration decides, so that equal runs have equal files.
public struct StepEvent: Sendable, Codable, Equatable {
  public var task: String
  public var step: StepReport

  package init(task: String, step: StepReport) {
    self.task = task
    self.step = step
  }

  /// Reads the whole lines of a file, one after the other, however long it is.
  /// - Throws: As ``EventLines/read(_:from:_:)``.
  public static func read(_ url: URL, _ body: (StepEvent) throws -> Void) throws {
    try EventLines.read(StepEvent.self, from: url, body)
  }
}
