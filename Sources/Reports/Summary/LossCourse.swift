import Files
import Foundation
import Records

/// The loss terms of a run along its steps, each as means over stretches of equal length.
public struct LossCourse: Sendable, Equatable, Encodable {
  /// Where a task begins.
  public struct Start: Sendable, Equatable, Encodable {
    public let task: String
    /// Steps before it.
    public let step: Int
  }

  /// A stretch of steps.
  public struct Stretch: Sendable, Equatable, Encodable {
    /// The middle of the steps that have the term, counted from 1 through all tasks.
    public let step: Double
    public let mean: Double
  }

  /// One term.
  public struct Term: Sendable, Equatable, Encodable {
    public let name: String
    public let stretches: [Stretch]
  }

  /// Steps of all tasks so far.
  public let steps: Int
  /// Steps of a stretch.
  public let width: Int
  public let starts: [Start]
  /// Sorted by name. A term may come later than the first step: nothing can be discriminated with one task.
  public let terms: [Term]

  /// Stretches at most.
  static let resolution = 60

  /// No method has more.
  static let mostTerms = 64

  /// - Throws: `FileError` that names `events.jsonl` and what cannot be.
  init(_ folder: RunFolder, tasks: [String]) throws {
    var (steps, starts) = (0, [Start]())
    var values: [String: [(step: Int, value: Double)]] = [:]
    let file = try folder.inside(folder.events)
    func refuse(_ reason: String) -> FileError { .malformedJSON(path: file.path, reason: reason) }
    try folder.readEvents { event in
      if event.task != starts.last?.task {
        guard starts.count < tasks.count, event.task == tasks[starts.count] else {
          throw refuse("step \(steps + 1) is of task `\(event.task)`, which is not the run's next one")
        }
        starts.append(Start(task: event.task, step: steps))
      }
      steps += 1
      for (name, value) in event.step.terms { values[name, default: []].append((steps, value)) }
    }
    guard values.count <= Self.mostTerms else {
      throw refuse("it has \(values.count) loss terms; at most \(Self.mostTerms) are possible")
    }
    let width = max(1, (steps + Self.resolution - 1) / Self.resolution)
    self.init(
      steps: steps, width: width, starts: starts,
      terms: values.sorted { $0.key < $1.key }.map { name, values in
        Term(name: name, stretches: Self.stretches(values, width: width))
      })
  }

  private init(steps: Int, width: Int, starts: [Start], terms: [Term]) {
    (self.steps, self.width, self.starts, self.terms) = (steps, width, starts, terms)
  }

  /// A run that has no events yet.
  static let empty = LossCourse(steps: 0, width: 1, starts: [], terms: [])

  /// - Parameter values: By ascending step.
  static func stretches(_ values: [(step: Int, value: Double)], width: Int) -> [Stretch] {
    var result: [Stretch] = []
    var rest = values[...]
    while let first = rest.first {
      let number = (first.step - 1) / width
      let stretch = rest.prefix { ($0.step - 1) / width == number }
      rest = rest.dropFirst(stretch.count)
      let count = Double(stretch.count)
      let mean = stretch.reduce(0) { $0 + $1.value / count }
      guard mean.isFinite else { continue }
      result.append(Stretch(step: stretch.reduce(0) { $0 + Double($1.step) } / count, mean: mean))
    }
    return result
  }
}
