import Decoder
import Experts
import Files
import Foundation
import Streams
import Testing
import Torch

@testable import Learning

/// Does learning a task move what it trains, and not one bit of anything else?
@Suite struct IsolationTests {
  struct Case: CustomTestStringConvertible, Sendable {
    let method: String
    let mode: Adversary.Mode
    var testDescription: String { method == "moe-cl" ? "\(method), \(mode)" : method }
  }

  static let cases =
    Adversary.Mode.allCases.map { Case(method: "moe-cl", mode: $0) } + [
      Case(method: "sequential", mode: .off), Case(method: "per-task", mode: .off),
    ]

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
      let before = try digests(method.tensors)
      try run(training)
      let after = try digests(method.tensors)
      #expect(before.keys.sorted() == after.keys.sorted())
      for (name, digest) in after {
        #expect((digest != before[name]) == trained.contains(name), "task \(task.name): \(name)")
      }
      #expect(try digests(model.allTensors()) == base)
      // Experts that are done never change.
      for (earlier, expected) in finished {
        #expect(try digests(method.ownedExpert(of: earlier)?.tensors ?? [:]) == expected, "\(earlier.name)")
      }
      finished[task] = try digests(method.ownedExpert(of: task)?.tensors ?? [:])
      #expect(finished[task]?.isEmpty == (of.method == "sequential"))
    }
  }

  @Test func whatEachMethodTrains() throws {
    let model = try Goldens.model()
    func owners(_ name: String, _ mode: Adversary.Mode) throws -> [Set<String>] {
      let method = try TinyTasks.method(name, model, mode: mode)
      return try TinyTasks.identities.map { task in
        Set(try method.begin(task).map { $0.name.components(separatedBy: ".layers").first ?? "" })
      }
    }
    let gates: Set = ["gates.0", "gates.1"]
    let discriminators: Set = ["discriminators.0", "discriminators.1"]
    let common = gates.union(["shared"])
    #expect(try owners("sequential", .off) == [["shared"], ["shared"], ["shared"]])
    #expect(try owners("per-task", .off) == [["tasks.tiny0"], ["tasks.tiny1"], ["tasks.tiny2"]])
    #expect(
      try owners("moe-cl", .off)
        == [common.union(["tasks.tiny0"]), common.union(["tasks.tiny1"]), common.union(["tasks.tiny2"])])
    let grown = common.union(discriminators)
    #expect(
      try owners("moe-cl", .paper)
        == [common.union(["tasks.tiny0"]), grown.union(["tasks.tiny1"]), grown.union(["tasks.tiny2"])])
  }

  /// A per-task expert's outputs on its own task stay, bit for bit, whatever is learned later.
  @Test func aPerTaskExpertCannotForget() throws {
    let model = try Goldens.model()
    let method = try TinyTasks.method("per-task", model)
    let (first, second) = (TinyTasks.identities[0], TinyTasks.identities[1])
    func scores() throws -> [[Double]] {
      try LabelScorer(model, labels: TinyTasks.labels(first), pad: 3).scores(
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
  @Test(arguments: ["moe-cl", "sequential"])
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
