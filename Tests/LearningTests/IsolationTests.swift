import Decoder
import Experts
import Files
import Foundation
import ModelConfiguration
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Does learning a task move what it trains, and not one bit of anything else?
@Suite struct IsolationTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let method: String
    let mode: AdversaryMode
    var testDescription: String { method == "moe-cl" ? "\(method), \(mode)" : method }
  }

  static let cases =
    AdversaryMode.allCases.map { Case(method: "moe-cl", mode: $0) }
    + [
      "sequential", "joint", "replay", "ewc", "a-gem", "lwf", "o-lora", "per-task", "any-ssr", "mocl",
    ].map { Case(method: $0, mode: .off) }

  /// Methods whose tasks leave no expert that serves them alone.
  static let shared: Set = ["sequential", "joint", "replay", "ewc", "a-gem", "lwf", "o-lora"]

  /// What is made when a task ends, or given up then: it is not trained.
  static func isMadeAtTheEnd(_ name: String) -> Bool {
    ["router.", "ewc.", "earlier."].contains { name.hasPrefix($0) }
  }

  /// Acceptance test (ii), for every tensor of the method and of the base.
  @Test(arguments: cases)
  func onlyWhatIsTrainedChanges(of: Case) throws {
    let model = try Goldens.model()
    let method = try TinyTasks.method(of.method, model, mode: of.mode)
    let base = try digests(model.allTensors())
    var finished: [TaskIdentity: [String: Digest]] = [:]
    for task in TinyTasks.identities {
      let training = try TinyTasks.training(task, model, method, options: options(epochs: 2))
      let trained = Set(training.parameters.parameters.map(\.name))
      func kept() throws -> [String: Digest] { try digests(method.tensors.filter { !Self.isMadeAtTheEnd($0.key) }) }
      let before = try kept()
      try run(training)
      let after = try kept()
      #expect(before.keys.sorted() == after.keys.sorted())
      for (name, digest) in after {
        #expect((digest != before[name]) == trained.contains(name), "task \(task.name): \(name)")
      }
      #expect(try digests(model.allTensors()) == base)
      // Experts that are done never change.
      func owned(_ task: TaskIdentity) throws -> [String: Digest] {
        try digests(named("expert", method.ownedExpert(of: task)?.tensors ?? [:]))
          .merging(digests(method.ownedTensors(of: task))) { first, _ in first }
      }
      for (earlier, expected) in finished { #expect(try owned(earlier) == expected, "\(earlier.name)") }
      finished[task] = try owned(task)
      #expect(try (method.ownedExpert(of: task) == nil) == Self.shared.contains(of.method))
    }
  }

  @Test func whatEachMethodTrains() throws {
    let model = try Goldens.model()
    func owners(_ name: String, _ mode: AdversaryMode) throws -> [Set<String>] {
      let method = try TinyTasks.method(name, model, mode: mode)
      return try TinyTasks.identities.map { task in
        Set(try method.begin(task).map { $0.name.components(separatedBy: ".layers").first ?? "" })
      }
    }
    let gates: Set = ["gates.0", "gates.1"]
    let discriminators: Set = ["discriminators.0", "discriminators.1"]
    let common = gates.union(["shared"])
    for name in ["sequential", "joint", "replay", "ewc", "a-gem", "lwf"] {
      #expect(try owners(name, .off) == [["shared"], ["shared"], ["shared"]])
    }
    for name in ["per-task", "any-ssr", "o-lora"] {
      #expect(try owners(name, .off) == [["tasks.tiny0"], ["tasks.tiny1"], ["tasks.tiny2"]])
    }
    #expect(
      try owners("mocl", .off) == (0..<3).map { ["tasks.tiny\($0)", "tasks.tiny\($0).vector"] })
    #expect(
      try owners("moe-cl", .off)
        == [common.union(["tasks.tiny0"]), common.union(["tasks.tiny1"]), common.union(["tasks.tiny2"])])
    let grown = common.union(discriminators)
    #expect(
      try owners("moe-cl", .paper)
        == [common.union(["tasks.tiny0"]), grown.union(["tasks.tiny1"]), grown.union(["tasks.tiny2"])])
    #expect(try owners("moe-cl", .released) == (0..<3).map { grown.union(["tasks.tiny\($0)"]) })
  }

  /// A task's outputs stay, bit for bit, whatever is learned later.
  @Test(arguments: ["per-task", "any-ssr", "mocl", "accrete"])
  func theseCannotForget(name: String) throws {
    let model = try Goldens.model()
    let method = try TinyTasks.method(name, model)
    let (first, second) = (TinyTasks.identities[0], TinyTasks.identities[1])
    func scores() throws -> [[Double]] {
      try LabelScorer(model, labels: TinyTasks.labels(first)).scores(
        TinyTasks.examples(first).map(\.promptIds), experts: method.selection(for: first))
    }
    #expect(try method.selection(for: first) == nil)
    try run(TinyTasks.training(first, model, method, options: options()))
    let learned = try scores()
    let dependencies = try digests(method.dependencies(of: first))
    try run(TinyTasks.training(second, model, method, options: options()))
    #expect(try scores() == learned)
    #expect(try digests(method.dependencies(of: first)) == dependencies)
  }

  /// What a task's output depends on is all that has to be watched.
  @Test(arguments: ["moe-cl", "sequential", "replay", "ewc", "a-gem", "lwf", "o-lora"])
  func changedDependenciesShow(name: String) throws {
    let model = try Goldens.model()
    let method = try TinyTasks.method(name, model)
    let (first, second) = (TinyTasks.identities[0], TinyTasks.identities[1])
    try run(TinyTasks.training(first, model, method, options: options()))
    let before = try digests(method.dependencies(of: first))
    try run(TinyTasks.training(second, model, method, options: options()))
    #expect(try digests(method.dependencies(of: first)) != before)
  }
}
