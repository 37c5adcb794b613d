import Decoder
import Experts
import Files
import Foundation
import ModelConfiguration
import Records
import Testing
import Torch

@testable import Learning

/// Is what the reconstruction of MoSEs keeps small, whole, and counted?
@Suite struct MosesStateTests {
  private let tests: MosesTests
  private let tasks = MosesTests.tasks

  init() throws { tests = try MosesTests() }

  /// Two sub-experts, so that every task can reuse.
  private func learned(_ count: Int, _ options: [String: HyperparameterValue] = [:]) throws -> Moses {
    let method = try tests.method(["sub-experts": 2].merging(options) { _, given in given })
    try tests.learn(method, tasks.prefix(count))
    return method
  }

  // MARK: What is stored

  /// The tasks' tensors are all there is beside what trains and the router.
  @Test func theSumOverTasksIsWhatIsStored() throws {
    let method = try learned(3)
    var rest = method.tensors
    for task in tasks.prefix(3) {
      for (name, tensor) in method.ownedTensors(of: task) {
        #expect(try rest.removeValue(forKey: name)?.digest() == tensor.digest(), "\(name)")
      }
    }
    #expect(Set(rest.keys.map { $0.components(separatedBy: ".")[0] }) == ["weights", "scores", "router"])
    for task in tasks.prefix(3) {
      let owned = method.ownedTensors(of: task)
      #expect(
        Set(owned.keys.map { $0.components(separatedBy: ".").last }) == ["gate", "masks", "values"] && owned.count == 6)
      #expect(owned.filter { $0.key.hasSuffix("masks") }.values.allSatisfy { $0.dtype == .uint8 })
      #expect(owned.filter { $0.key.hasSuffix("values") }.values.allSatisfy { $0.dtype == .bfloat16 })
    }
  }

  /// Every owned entry belongs to exactly one task, and reused ones cost nothing again.
  @Test func ownedEntriesAreCountedOnce() throws {
    let method = try learned(4)
    let values = tasks.map { task in
      method.ownedTensors(of: task).filter { $0.key.hasSuffix("values") }.values.reduce(0) { $0 + $1.count }
    }
    let owned = try method.pool.owned.values.reduce(0.0) { try $0 + $1.mask.sum().item() }
    #expect(values.reduce(0, +) == Int(owned))
    // All tasks choose equally many; the first one is the first to use all of its own.
    #expect(values.dropFirst().allSatisfy { $0 < values[0] && $0 > 0 })
  }

  @Test func masksTakeHardlyMoreThanTheirEntropy() throws {
    for density in [0.1, 0.3, 0.5] {
      let method = try learned(2, ["density": .number(density)])
      for task in tasks.prefix(2) {
        let part = try #require(method.parts[task])
        for (layer, kept) in part.kept.enumerated() {
          let positions = method.pool.positions(layer: layer, of: [0, 1])
          let entries = positions.reduce(0) { $0 + method.pool.entries($1) }
          let chosen = positions.reduce(0) { $0 + method.choice.count(of: method.pool.entries($1)) }
          let bound = MaskCodeTests.entropy(Double(chosen) / Double(entries)) * Double(entries)
          let bits = 8 * kept.masks.byteCount
          // Learned masks are not random; those of few entries need the bytes that say what they are.
          #expect(Double(bits) < 1.1 * bound + 48, "density \(density): \(bits) bits, entropy \(bound)")
        }
      }
    }
  }

  // MARK: Statistics

  @Test func statisticsAreCounts() throws {
    let method = try learned(3)
    var union: [SubExpertPosition: [Bool]] = [:]
    var bits = 0.0
    for task in tasks.prefix(3) {
      let part = try #require(method.parts[task])
      let masks = try method.storedMasks(of: part)
      let statistics = try method.statistics(of: task)
      #expect(statistics.map(\.name) == ["entries used", "entries new", "entries reused", "CAP"])
      // Of layer 1. Every count is made from the masks themselves.
      var (entries, new, old) = (0.0, 0.0, 0.0)
      for (position, mask) in masks {
        let chosen = try mask.truths()
        let before = union[position] ?? Array(repeating: false, count: chosen.count)
        union[position] = zip(before, chosen).map { $0 || $1 }
        guard position.factor.layer == 1 else { continue }
        entries += Double(chosen.count)
        for (was, isChosen) in zip(before, chosen) where isChosen { if was { old += 1 } else { new += 1 } }
      }
      let used = Double(union.filter { $0.key.factor.layer == 1 }.values.reduce(0) { $0 + $1.count { $0 } })
      bits += Double(8 * part.kept[1].masks.byteCount) + 32 * 2
      // Hidden width 32, two layers: 32 · 33 / 2 numbers of the covariance, 33 of each task.
      let router = Double(32 * (528 + 33 * (task.index + 1)) / 2)
      let expected = [used / entries, new / entries, old / (old + new), (used + (bits + router) / 16) / entries]
      for (statistic, value) in zip(statistics, expected) {
        #expect(abs(statistic.layers[1] - value) < 1e-12, "\(statistic.name) of \(task.name)")
      }
    }
  }

  // MARK: Reading

  /// A density at which nothing new is left: a task without a value of its own, through a file.
  @Test func aTaskThatOnlyReuses() throws {
    let method = try learned(2, ["density": 1])
    let owned = method.ownedTensors(of: tasks[1]).filter { $0.key.hasSuffix("values") }
    #expect(owned.count == 2 && owned.values.allSatisfy { $0.shape == [0] })
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("accrete-moses-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: file) }
    try SafetensorsFile.write(method.tensors, to: file)
    let stored = try SafetensorsFile(file)
    let other = try tests.method(["sub-experts": 2, "density": 1], seed: 9)
    try other.restore(
      tasks: Array(tasks.prefix(2)),
      tensors: Dictionary(uniqueKeysWithValues: stored.names.map { ($0, try stored.tensor($0).cloned()) }))
    for task in tasks.prefix(2) { #expect(try tests.scores(other, task) == tests.scores(method, task)) }
  }

  /// Stopped while a task reuses the entries of another: every bit of the end is the same.
  @Test(arguments: 1...5) func goesOnInTheMiddleOfATask(stop: Int) throws {
    let options = options(rate: 0.02, epochs: 2, decay: 0.5)
    let method = try learned(1)
    let whole = try TinyTasks.training(tasks[1], tests.model, method, options: options)
    var reports: [StepReport] = []
    var stopped: (state: TrainingState, tensors: [String: Tensor])?
    while let report = try whole.step() {
      reports.append(report)
      if report.step == stop {
        stopped = (try whole.state(), try method.tensors.mapValues { try $0.detached().cloned() })
      }
    }
    try whole.finish()
    let (state, tensors) = try #require(stopped)
    let other = try tests.method(["sub-experts": 2], seed: 8)
    try other.restore(tasks: Array(tasks.prefix(2)), tensors: tensors)
    let resumed = try TinyTasks.training(tasks[1], tests.model, other, options: options)
    try resumed.restore(state)
    #expect(try run(resumed) == Array(reports[stop...]) && reports.count == 6)
    #expect(try digests(other.tensors) == digests(method.tensors))
    #expect(reports.allSatisfy { $0.terms["newness"] != nil })
  }

  @Test func damagedMasksAreRefused() throws {
    let method = try learned(2)
    let good = method.tensors
    let name = "tasks.tiny1.layers.1.masks"
    let bytes = try #require(good[name]).bytes()
    func restored(_ changes: [String: Tensor], _ options: [String: HyperparameterValue] = [:]) throws {
      let other = try tests.method(["sub-experts": 2].merging(options) { _, given in given })
      try other.restore(tasks: Array(tasks.prefix(2)), tensors: good.merging(changes) { _, changed in changed })
    }
    try restored([:])
    func isMalformed(_ what: String, _ changes: [String: Tensor], _ options: [String: HyperparameterValue] = [:]) {
      let error = #expect(throws: LearningError.self, "\(what)") { try restored(changes, options) }
      if case .malformedMask = error { return }
      Issue.record("\(what): \(String(describing: error))")
    }
    isMalformed("cut off", [name: try Tensor(Array(bytes.dropLast()))])
    isMalformed("longer", [name: try Tensor(bytes + [1])])
    isMalformed("empty", [name: try Tensor([UInt8]())])
    isMalformed("of another density", [:], ["density": 0.5])
    isMalformed("the other layer's", [name: try #require(good["tasks.tiny1.layers.0.masks"])])
    let values = try #require(good["tasks.tiny1.layers.1.values"])
    isMalformed(
      "a value too few", ["tasks.tiny1.layers.1.values": try values.narrowed(0, from: 0, count: values.count - 1)])
    // One bit: never another mask in silence, unless it has the same density and as many new entries.
    var found = 0
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 1
      do { try restored([name: try Tensor(changed)]) } catch is LearningError { found += 1 }
    }
    #expect(found > bytes.count / 2)
  }

  @Test func whatIsMissingIsRefused() throws {
    let method = try learned(2)
    var tensors = method.tensors
    for layer in 0..<2 {
      for name in ["masks", "values"] { tensors["tasks.tiny0.layers.\(layer).\(name)"] = nil }
    }
    #expect(throws: LearningError.self) {
      try tests.method(["sub-experts": 2]).restore(tasks: Array(tasks.prefix(2)), tensors: tensors)
    }
    let wide = method.tensors.merging(["tasks.tiny0.layers.0.gate": try Tensor.zeros([3])]) { $1 }
    #expect(throws: ExpertError.self) {
      try tests.method(["sub-experts": 2]).restore(tasks: Array(tasks.prefix(2)), tensors: wide)
    }
  }
}
