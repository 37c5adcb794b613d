import Experts
import Files
import Foundation
import Learning
import Streams
import Torch

extension SequenceRun {
  /// A line of `events.jsonl`: only what the configuration decides, so that equal runs have equal files.
  private struct StepEvent: Encodable {
    let task: String
    let step: StepReport
  }

  /// A line of `timings.jsonl`: what the machine decides.
  private struct TimingEvent: Encodable {
    let task: String
    let step: Int
    let seconds: Double
    let tokensPerSecond: Double
    let residentBytes: Int
  }

  /// Learns one task, stores its expert, scores the next row and writes a checkpoint.
  func learn(_ task: PreparedTask) throws {
    let name = task.task.name
    let training = try TaskTraining(
      TaskTraining.Material(task: task.identity, examples: task.training, labels: task.task.labels.count),
      model: base.model, method: method, heads: heads, options: configuration.training, seed: configuration.seed,
      pad: base.padToken)
    let clock = ContinuousClock()
    let start = clock.now
    var tokens = 0
    var steps = 0
    while let step = try training.step() {
      tokens += step.tokens
      steps = step.step
      let seconds = start.duration(to: clock.now).seconds
      let speed = Double(tokens) / max(seconds, 1e-9)
      try events?.append(StepEvent(task: name, step: step))
      try timings?.append(
        TimingEvent(
          task: name, step: step.step, seconds: seconds, tokensPerSecond: speed,
          residentBytes: ProcessMemory.residentBytes))
      report(
        .training(
          task: name, number: learned + 1, of: tasks.count, report: step, tokensPerSecond: speed,
          secondsLeft: seconds / Double(step.step) * Double(step.totalSteps - step.step)))
    }
    let seconds = start.duration(to: clock.now).seconds
    let trained = training.parameters.count
    try training.finish()
    learned += 1
    let bytes = try storeExpert(of: task)

    let evaluationStart = clock.now
    try scoreRow(learned)
    costs.append(
      TaskCosts(
        task: name, trainedParameters: trained, steps: steps, trainingTokens: tokens, trainingSeconds: seconds,
        tokensPerSecond: Double(tokens) / max(seconds, 1e-9),
        evaluationSeconds: evaluationStart.duration(to: clock.now).seconds, expertBytes: bytes,
        methodBytes: allTensors.values.reduce(0) { $0 + $1.byteCount },
        peakResidentBytes: ProcessMemory.peakResidentBytes))
    try saveCheckpoint()
    if let cost = costs.last { report(.learned(cost)) }
  }

  /// Every tensor that a checkpoint holds.
  var allTensors: [String: Tensor] {
    method.tensors.merging(heads?.tensors ?? [:]) { first, _ in first }
  }

  /// Writes what the task alone owns; 0 bytes when the method keeps nothing per task.
  private func storeExpert(of task: PreparedTask) throws -> Int {
    guard let expert = method.ownedExpert(of: task.identity) else { return 0 }
    return try ExpertArchive.write(
      expert, name: task.task.name, method: configuration.method, baseDigest: manifest.baseDigest,
      tokenizerDigest: manifest.tokenizerDigest, promptDigest: Manifest.promptDigest(of: [task]),
      to: folder.inside(folder.expert(task.task.name))
    ).bytes
  }

  func saveCheckpoint() throws {
    let place = try folder.inside(folder.checkpoint(after: learned))
    let digest = try RunCheckpoint.writeTensors(allTensors, to: place)
    try RunCheckpoint(
      learned: tasks.prefix(learned).map(\.task.name), matrix: matrix, costs: costs,
      eventBytes: try events?.flush() ?? 0,
      timingBytes: try timings?.flush() ?? 0, tensorsDigest: digest,
      manifestDigest: Digest(ofFile: folder.manifest)
    ).write(to: place)
    try writeResults()
  }
}

extension Duration {
  /// As seconds.
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
