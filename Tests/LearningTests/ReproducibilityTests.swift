import Decoder
import Experts
import Files
import Foundation
import Randomness
import Records
import Streams
import Testing
import Torch

@testable import Learning

/// Is a training a function of its seed, also when it was stopped in between?
@Suite struct ReproducibilityTests {
  let model: DecoderModel

  init() throws { model = try Goldens.model() }

  /// The tensors after two tasks.
  private func learned(_ name: String, _ mode: AdversaryMode = .isolated, seed: UInt64) throws -> [String: Digest] {
    let method = try TinyTasks.method(name, model, mode: mode, seed: seed)
    for task in TinyTasks.identities.prefix(2) {
      try run(TinyTasks.training(task, model, method, options: options(epochs: 2), seed: seed))
    }
    return try digests(method.tensors)
  }

  @Test(arguments: TinyTasks.methods)
  func sameSeedSameBytes(name: String) throws {
    let first = try learned(name, seed: 5)
    #expect(try learned(name, seed: 5) == first)
    let other = try learned(name, seed: 6)
    // What the base makes of the rows is the same for every seed.
    func isOfTheBase(_ name: String) -> Bool {
      name.hasPrefix("router") || name.hasPrefix("memory.0") || name.hasSuffix(".embedding")
    }
    for (name, digest) in first where !isOfTheBase(name) {
      #expect(other[name] != digest, "\(name)")
    }
  }

  /// What a task's expert starts from does not depend on which others were made before.
  @Test func initialValuesDependOnNamesOnly() throws {
    let (first, second) = (TinyTasks.identities[0], TinyTasks.identities[1])
    for name in ["moe-cl", "per-task"] {
      let one = try TinyTasks.method(name, model)
      _ = try one.begin(first)
      _ = try one.begin(second)
      let other = try TinyTasks.method(name, model)
      _ = try other.begin(second)
      let expert = try #require(try one.ownedExpert(of: second))
      let again = try #require(try other.ownedExpert(of: second))
      #expect(try digests(expert.tensors) == digests(again.tensors))
    }
  }

  struct Case: CustomTestStringConvertible, Sendable {
    let method: String
    let mode: AdversaryMode
    let hasHeads: Bool
    let stop: Int
    var testDescription: String { "\(method), \(mode), \(hasHeads ? "head" : "label"), stopped after \(stop)" }
  }

  static let cases =
    [1, 2, 3, 4, 5].map { Case(method: "moe-cl", mode: .isolated, hasHeads: false, stop: $0) } + [
      Case(method: "moe-cl", mode: .paper, hasHeads: true, stop: 4),
      Case(method: "sequential", mode: .off, hasHeads: false, stop: 2),
      Case(method: "per-task", mode: .off, hasHeads: true, stop: 3),
      Case(method: "ewc", mode: .off, hasHeads: false, stop: 1),
      Case(method: "lwf", mode: .off, hasHeads: false, stop: 4),
      Case(method: "ewc", mode: .off, hasHeads: true, stop: 4),
      Case(method: "o-lora", mode: .off, hasHeads: false, stop: 3),
      Case(method: "mocl", mode: .off, hasHeads: false, stop: 2),
      Case(method: "any-ssr", mode: .off, hasHeads: false, stop: 5),
      Case(method: "moses", mode: .off, hasHeads: true, stop: 3),
    ]

  /// Stopped, stored in files, and continued by new objects: every bit of the end is the same.
  @Test(arguments: cases)
  func continuesBitByBit(of: Case) throws {
    let (first, second) = (TinyTasks.identities[0], TinyTasks.identities[1])
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("accrete-resume-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("state.safetensors")
    let options = options(epochs: 2)
    func training(_ method: any ContinualMethod, _ heads: TaskHeads?) throws -> TaskTraining {
      try TinyTasks.training(second, model, method, heads: heads, options: options)
    }

    let method = try TinyTasks.method(of.method, model, mode: of.mode)
    let heads = of.hasHeads ? TaskHeads(try TinyTasks.context(model)) : nil
    try run(TinyTasks.training(first, model, method, heads: heads, options: options))
    let whole = try training(method, heads)
    #expect(whole.totalSteps == 6)
    var reports: [StepReport] = []
    var cursor = TrainingState.Cursor()
    var dropout = RandomStream(seed: 77)
    while let report = try whole.step() {
      reports.append(report)
      guard report.step == of.stop else { continue }
      let state = try whole.state()
      cursor = try JSONDecoder().decode(TrainingState.Cursor.self, from: JSONEncoder().encode(state.cursor))
      var tensors = named("method", method.tensors).merging(named("head", heads?.tensors ?? [:])) { first, _ in first }
      tensors["state.m"] = state.firstMoment
      tensors["state.v"] = state.secondMoment
      dropout = try JSONDecoder().decode(RandomStream.self, from: JSONEncoder().encode(state.dropout))
      try SafetensorsFile.write(tensors, to: file)
    }
    try whole.finish()

    let stored = try SafetensorsFile(file)
    let tensors = try Dictionary(
      uniqueKeysWithValues: stored.names.map { ($0, try stored.tensor($0).cloned()) })
    let resumedMethod = try TinyTasks.method(of.method, model, mode: of.mode)
    try resumedMethod.restore(tasks: [first, second], tensors: owned(by: "method", tensors))
    let resumedHeads = of.hasHeads ? TaskHeads(try TinyTasks.context(model)) : nil
    if let resumedHeads { _ = try resumedHeads.restore(owned(by: "head", tensors)) }
    let resumed = try training(resumedMethod, resumedHeads)
    try resumed.restore(
      TrainingState(
        cursor: cursor, firstMoment: #require(tensors["state.m"]), secondMoment: #require(tensors["state.v"]),
        dropout: dropout))
    #expect(try run(resumed) == Array(reports[of.stop...]))
    #expect(try digests(resumedMethod.tensors) == digests(method.tensors))
    if let heads, let resumedHeads { #expect(try digests(resumedHeads.tensors) == digests(heads.tensors)) }
  }

  /// What was taken does not move when the training goes on.
  @Test func aStateIsACopy() throws {
    let method = try TinyTasks.method("sequential", model)
    let training = try TinyTasks.training(TinyTasks.identities[0], model, method, options: options())
    _ = try training.step()
    let state = try training.state()
    let before = try digests(["m": state.firstMoment, "v": state.secondMoment])
    let stream = state.dropout
    _ = try training.step()
    #expect(try digests(["m": state.firstMoment, "v": state.secondMoment]) == before)
    #expect(state.dropout == stream)
    #expect(try training.state().dropout != stream)
    #expect(state.cursor.step == 1 && state.cursor.batch == 1 && state.cursor.terms == ["task": true])
  }

  @Test func aStateOfOtherParametersIsRefused() throws {
    let sequential = try TinyTasks.training(
      TinyTasks.identities[0], model, TinyTasks.method("sequential", model), options: options())
    let mixture = try TinyTasks.training(
      TinyTasks.identities[0], model, TinyTasks.method("moe-cl", model), options: options())
    let state = try sequential.state()
    #expect(throws: TorchError.self) { try mixture.restore(state) }
  }
}
