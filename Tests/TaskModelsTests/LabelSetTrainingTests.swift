import Decoder
import Experts
import Files
import Foundation
import Generation
import Learning
import Records
import Streams
import Testing
import Torch

@testable import TaskModels

/// Tasks with several labels are trained, stored and answered like others.
@Suite(.serialized) struct LabelSetTrainingTests {
  /// What is said of a place: wet, cold, both or neither. 48 learn, 16 choose and 16 gate rows.
  static func examples() -> TaskExamples {
    let words: [(String, [String])] = [
      ("rain", ["wet"]), ("frost", ["cold"]), ("sleet", ["cold", "wet"]), ("sun", []),
    ]
    func rows(_ places: [String], from start: Int) -> [Example] {
      places.flatMap { place in words.map { (place, $0.0, $0.1) } }.enumerated().map { number, row in
        Example(
          id: "\(start + number)", index: start + number, text: "Expect \(row.1) \(row.0).",
          answer: LabelSet(row.2).text)
      }
    }
    let places = (0..<20).map { "in place \($0)" }
    return TaskExamples(
      task: LearningTask(
        name: "weather", instruction: "What is this weather like?", cue: "Answer:", labels: ["cold", "wet"], train: [],
        test: [], kind: .severalLabels),
      learn: rows(Array(places[..<12]), from: 0), choose: rows(Array(places[12..<16]), from: 48),
      gate: rows(Array(places[16...]), from: 64), origin: .file)
  }

  private func training(
    _ options: LearnOptions, at folder: URL, examples: TaskExamples = examples(),
    requests: @escaping () -> LearnRequest? = { nil }, report: @escaping (LearnProgress) -> Void = { _ in }
  ) throws -> TaskModelTraining {
    try TorchRuntime.setThreads(1)
    let base = try Small.base()
    return try TaskModelTraining(
      name: "weather", rows: EncodedRows(examples, on: base, options: options), base: base, options: options,
      checkpoint: folder.appendingPathComponent("training.safetensors"), requests: requests, report: report)
  }

  private func bytes(_ result: TaskModelTraining.Result) throws -> [String: Data] {
    let folder = try Small.scratch()
    var all = try result.model.writeParts(to: folder).mapValues { try Data(contentsOf: $0) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    all["description"] = try encoder.encode(TaskModelDescription(result.model))
    all["evidence"] = try encoder.encode(result.evidence)
    return all
  }

  /// Every head learns what words say, and what is read back answers with the same bits.
  @Test(arguments: [OutputHead.ridge, .trained, .both]) func eachHead(head: OutputHead) throws {
    var options = Small.options(head)
    options.maxEpochs = 6
    options.learningRate = 3e-3
    let result = try training(options, at: Small.scratch()).run()
    #expect(result.model.head == head && result.model.combination == nil)
    #expect((result.model.expert != nil) == head.hasExpert && (result.model.trainedHead != nil) == head.hasExpert)
    #expect((result.model.ridge != nil) == head.hasRidge && (result.trainedParameters > 0) == head.hasExpert)
    let base = try Small.base()
    let gate = Self.examples().gate
    let answers = try TaskModelRunner(result.model, on: base).answers(gate.map(\.text))
    let right = zip(gate, answers).count { $0.answer == $1.text }
    #expect(right >= (head == .trained ? 8 : 12), "\(head): \(right) of 16")
    for answer in answers {
      #expect(answer.label == nil && answer.probabilities.count == 2 && answer.parts == nil)
      #expect(answer.confidence == answer.probabilities.map { max($0, 1 - $0) }.min())
      #expect(LabelSet(text: answer.text)?.labels.count == answer.labels?.count)
    }
    let files = try result.model.writeParts(to: Small.scratch())
    let stored = try JSONDecoder().decode(
      TaskModelDescription.self, from: JSONEncoder().encode(TaskModelDescription(result.model)))
    let model = try TaskModel(stored, named: "weather@1", base: base.model.configuration) { files[$0] }
    #expect(try TaskModelRunner(model, on: base).answers(gate.map(\.text)) == answers)
    // A combination that does not fit its parts is one line of error.
    var wrong = stored
    wrong.labelSets = LabelSetCombination(expert: nil, ridge: nil, bias: [0], thresholds: [0.5])
    #expect(throws: TaskModelError.self) {
      try TaskModel(wrong, named: "weather@1", base: base.model.configuration) { files[$0] }
    }
    wrong.labelSets = nil
    #expect(throws: TaskModelError.self) {
      try TaskModel(wrong, named: "weather@1", base: base.model.configuration) { files[$0] }
    }
  }

  /// The choose rows decide among three heads; stopped on the way, the training that goes on ends with the same bytes.
  @Test func chosenAndStopped() throws {
    let options = Small.options()
    var steps = 0
    let result = try training(options, at: Small.scratch(), report: { if case .training = $0 { steps += 1 } }).run()
    let choice = try #require(result.evidence.choice)
    #expect(choice.candidates.map(\.head) == [.ridge, .trained, .both] && choice.rows == 16)
    for measurement in result.evidence.measurements {
      #expect(measurement.loss > 0 && measurement.loss < 2 && measurement.expertLoss != nil)
    }
    let whole = try bytes(result)
    for step in [1, steps - 1] {
      let folder = try Small.scratch()
      var done = 0
      let stopped = try training(
        options, at: folder, requests: { done >= step ? .stop(signal: 15) : nil },
        report: { if case .training = $0 { done += 1 } })
      #expect(throws: TaskModelError.self) { try stopped.run() }
      var after = 0
      let next = try training(options, at: folder, report: { if case .training = $0 { after += 1 } })
      #expect(try bytes(next.run()) == whole, "step \(step)")
      #expect(after == steps - step)
    }
  }

  /// Stopped while it sees all rows, the decision of before stands in the checkpoint.
  @Test func stoppedInTheLastTraining() throws {
    let options = Small.options(.both)
    var steps = 0
    let whole = try bytes(
      training(options, at: Small.scratch(), report: { if case .training = $0 { steps += 1 } }).run())
    #expect(steps > 24)
    let folder = try Small.scratch()
    var done = 0
    let stopped = try training(
      options, at: folder, requests: { done >= steps - 2 ? .stop(signal: 15) : nil },
      report: { if case .training = $0 { done += 1 } })
    #expect(throws: TaskModelError.self) { try stopped.run() }
    let checkpoint = try #require(try LearnCheckpoint.read(folder.appendingPathComponent("training.safetensors")))
    #expect(checkpoint.state.decision?.labelSets != nil && checkpoint.state.decision?.combination == nil)
    #expect(try bytes(training(options, at: folder).run()) == whole)
  }

  @Test func whatIsRefused() throws {
    #expect {
      try self.training(Small.options(.label), at: Small.scratch())
    } throws: { "\($0)".contains("--output-head label") }
    let all = Self.examples()
    let dry = TaskExamples(
      task: all.task, learn: all.learn.filter { !$0.answer.contains("wet") }, choose: all.choose, gate: all.gate,
      origin: .file)
    #expect {
      try self.training(Small.options(.ridge), at: Small.scratch(), examples: dry)
    } throws: { "\($0)".contains("label \"wet\" has 8 rows, and none to learn from") }
    // An expert to start from brings no head over several labels: without a step there is none.
    var untrained = Small.options(.label)
    untrained.maxEpochs = 0
    let rows = try EncodedRows(all, on: Small.base(), options: Small.options())
    #expect {
      try TaskModelTraining.requireSets(rows, untrained, task: "weather")
    } throws: { "\($0)".contains("--max-epochs 0 for rows with several labels") }
  }

  /// What versions with one label a row store is what it was, and is read without what is new.
  @Test func versionsOfBefore() throws {
    let text = """
      {"combination":{"bias":[0.5,-0.5],"expert":0,"ridge":1},"form":{"answerTokens":0,"cue":"Label:",\
      "instruction":"Is it?","kind":"label","labels":["a","b"],"maxLength":256},"head":"ridge","sharpness":2}
      """
    let stored = try JSONDecoder().decode(TaskModelDescription.self, from: Data(text.utf8))
    #expect(stored.labelSets == nil && stored.form.kind == .label)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    #expect(String(decoding: try encoder.encode(stored), as: UTF8.self) == text)
  }
}
