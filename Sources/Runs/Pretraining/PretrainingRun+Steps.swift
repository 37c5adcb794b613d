import Decoder
import Files
import Foundation
import Planning
import Pretraining
import Records

extension PretrainingRun {
  /// A line of `timings.jsonl`: what the machine decides.
  struct TimingEvent: Codable {
    let step: Int
    let seconds: Double
    let tokensPerSecond: Double
    let residentBytes: Int
  }

  /// Takes all steps that are left, then writes the base and the metrics.
  ///
  /// - Parameter requests: Asked after every step.
  /// - Throws: `RunError.interrupted(folder:signal:at:)` after a checkpoint; `PretrainingError`, `FileError`, `TorchError`.
  public func run(requests: () -> RunRequest? = { nil }) throws {
    var pace = CheckpointPace.Clock(configuration.checkpoints)
    let clock = ContinuousClock()
    let start = clock.now
    let stepsBefore = stepsDone
    var tokens = 0
    if measurements.isEmpty, stepsDone == 0 {
      func check() throws {
        try Self.requireNoStop(requests, folder, "before the first step; nothing is learned yet")
      }
      try measure(after: secondsBefore, check: check)
      try check()
    }
    while stepsDone < totalSteps {
      let report: PretrainingReport
      do {
        report = try advance()
      } catch let error as PretrainingError {
        // The state before the step that failed, so that it can be looked at.
        try saveCheckpoint()
        throw error
      }
      tokens += report.tokens
      let seconds = start.duration(to: clock.now).seconds
      let speed = Double(tokens) / max(seconds, 1e-9)
      try events.append(report)
      try timings.append(
        TimingEvent(
          step: report.step, seconds: secondsBefore + seconds, tokensPerSecond: speed,
          residentBytes: ProcessMemory.residentBytes))
      try curves.append(
        step: report.step,
        [
          ("loss/train", report.terms["task"] ?? 0), ("learning-rate", report.learningRate),
          ("gradient-norm", report.gradientNorm), ("tokens-per-second", speed),
        ])
      let left = seconds / Double(stepsDone - stepsBefore) * Double(totalSteps - stepsDone)
      self.report(.step(report, of: totalSteps, tokensPerSecond: speed, secondsLeft: left))
      if isMeasured(after: stepsDone) {
        try measure(after: secondsBefore + start.duration(to: clock.now).seconds)
      }
      let request = requests()
      if pace.step() || request != nil || stepsDone == totalSteps {
        try saveCheckpoint()
        pace.restart()
      }
      if case .stop(let signal) = request, stepsDone < totalSteps {
        throw RunError.interrupted(
          folder: folder.url.path, signal: signal, at: "after step \(stepsDone)/\(totalSteps)")
      }
    }
    try finish()
  }

  private func advance() throws -> PretrainingReport {
    let step = stepsDone
    if step == manifest.steps, manifest.longSteps > 0 { try trainer.reconfigure(material.shape(ofStep: step)) }
    return try trainer.advance(
      microBatches: material.microBatches(ofStep: step), rate: material.schedule.rate(after: step + 1),
      stage: material.schedule.stage(after: step + 1).rawValue)
  }

  /// Whether the held-out loss is measured after a step: a function of the step alone.
  private func isMeasured(after step: Int) -> Bool {
    let tokens = configuration.batch * configuration.sequenceLength
    let every = configuration.heldOutEvery
    return step == totalSteps || step == manifest.steps || step * tokens / every > (step - 1) * tokens / every
  }

  private func measure(after seconds: Double, check: () throws -> Void = {}) throws {
    guard configuration.heldOut > 0 else { return }
    let length = stepsDone > manifest.steps ? configuration.longSequenceLength : configuration.sequenceLength
    let batch = configuration.microBatchSize(length: length)
    var (sources, nats, bytes, tokens): ([String: Double], Double, Int, Int) = ([:], 0, 0, 0)
    for part in try material.heldOutWindows(length: length) {
      let loss = try trainer.heldOutLoss(part.windows, batch: batch, check: check)
      let count = part.windows.count * length
      sources[part.source] = loss
      nats += loss * Double(count)
      bytes += part.bytes
      tokens += count
    }
    // That there is a window was required before the first step.
    guard tokens > 0 else { return }
    let measurement = HeldOutMeasurement(
      step: stepsDone, natsPerToken: nats / Double(tokens), bitsPerByte: nats / log(2) / Double(max(bytes, 1)),
      tokens: tokens, bytes: bytes, sources: sources)
    measurements.append(measurement)
    try heldOutLog.append(measurement)
    try curves.append(
      step: stepsDone,
      [("loss/held-out", measurement.natsPerToken), ("bits-per-byte/held-out", measurement.bitsPerByte)])
    report(.measured(measurement, seconds: seconds))
  }
}

extension RunFolder {
  /// Seconds of all steps that `timings.jsonl` lists.
  func secondsSpent() throws -> Double {
    var data = try MappedFile(timings).data()
    while data.last == UInt8(ascii: "\n") { data = data.dropLast() }
    guard !data.isEmpty else { return 0 }
    let last = data[(data.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? data.startIndex)...]
    return try JSONFile.decode(PretrainingRun.TimingEvent.self, from: Data(last), path: timings.path).seconds
  }
}
