public import Files
import Foundation
public import Learning
import Streams

/// A release's router as a blob: which tasks it tells apart, by the sums of which versions.
///
/// It is a function of these sums and handicaps alone: a release without a task is made by adding up the others.
public struct RouterRecord: Sendable, Codable, Equatable {
  public static let media = "application/vnd.accrete.router+json"

  /// One task of a router.
  public struct Entry: Sendable, Codable, Equatable {
    public let task: String
    public let version: Digest
    /// Of the version's part `router`.
    public let sums: Digest
    /// SHA-256 of the task's instruction; `nil`: it has none. A request that comes with it is the task's.
    public let instruction: Digest?
    /// So much nearer than all tasks before it must a request be that the task claims, in units of distance.
    ///
    /// A later task takes no stored request of an earlier one.
    public let handicap: Double

    public init(task: String, version: Digest, sums: Digest, instruction: Digest?, handicap: Double = 0) {
      self.task = task
      self.version = version
      self.sums = sums
      self.instruction = instruction
      self.handicap = handicap
    }

    /// The same with another handicap.
    public func with(handicap: Double) -> Entry {
      Entry(task: task, version: version, sums: sums, instruction: instruction, handicap: handicap)
    }

    /// The same, found by other sums.
    public func with(sums: Digest) -> Entry {
      Entry(task: task, version: version, sums: sums, instruction: instruction, handicap: handicap)
    }

    /// The same of another version.
    public func with(version: Digest) -> Entry {
      Entry(task: task, version: version, sums: sums, instruction: instruction, handicap: handicap)
    }
  }

  public let schema: Int
  /// Layers of the base whose output is looked at.
  public let layers: Int
  /// Whether instruction and cue are seen.
  public let seesInstruction: Bool
  /// How many numbers a request becomes; `nil`: as many as the base's hidden states have.
  public let width: Int?
  public let unknownDistance: Double
  /// In the order in which they were learned: a later one can only claim what it is nearer to than all before it (`RouterCascade`).
  public let tasks: [Entry]

  public init(view: RequestView, unknownDistance: Double = GaussianRouter.usualUnknownDistance, tasks: [Entry]) {
    schema = 1
    layers = view.layers
    seesInstruction = view.seesInstruction
    width = view.width
    self.unknownDistance = unknownDistance
    self.tasks = tasks
  }

  /// What is wrong with a record that comes from outside; `nil`: nothing.
  func problem() -> String? {
    if schema != 1 { return "has schema \(schema), this program reads 1" }
    if !(0...1024).contains(layers) { return "looks at \(layers) layers" }
    if let width, width < 1 { return "looks at \(width) numbers" }
    if !(unknownDistance > 0) { return "calls unknown what is further than \(unknownDistance)" }
    if let task = tasks.first(where: { !($0.handicap >= 0 && $0.handicap.isFinite) }) {
      return "gives \(task.task) the handicap \(task.handicap)"
    }
    if Set(tasks.map { ExactText($0.task) }).count < tasks.count { return "names a task twice" }
    return nil
  }

  /// The digest by which instructions are compared: code point by code point, without white space at the ends.
  public static func digest(ofInstruction text: String) -> Digest? {
    let text = text.stripped
    return text.isEmpty ? nil : Digest(of: Data(text.utf8))
  }

  /// The same with a task as it is now: where the task of that name was, or behind all others.
  public func with(_ entry: Entry) -> RouterRecord {
    var tasks = tasks
    if let position = tasks.firstIndex(where: { $0.task == entry.task }) {
      tasks[position] = entry
    } else {
      tasks.append(entry)
    }
    return RouterRecord(view: view, unknownDistance: unknownDistance, tasks: tasks)
  }

  public var view: RequestView { RequestView(layers: layers, seesInstruction: seesInstruction, width: width) }
}
