import Decoder
import Files
import Foundation
import Pretraining

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
  /// - Parameter requests: asked after every step.
  /// - Throws: ``RunError/interrupted(folder:signal:at:)`` after a checkpoint; `PretrainingError`, `FileError`, `TorchError`.
  public func run(requests: () -> RunRequest? = { nil }) throws {
    var pace = CheckpointPace.Clock(configuration.checkpoints)
    let clock = ContinuousClock()
    let start = clock.now
    let stepsBefore = stepsDone
    var tokens = 0
    if measurements.isEmpty, stepsDone == 0 { try measure() }
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
      let left = seconds / Double(stepsDone - stepsBefore) * Double(totalSteps - stepsDone)
      self.report(.step(report, of: totalSteps, tokensPerSecond: speed, secondsLeft: left))
      if isMeasured(after: stepsDone) { try measure() }
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

  private func measure() throws {
    let length = stepsDone > manifest.steps ? configuration.longSequenceLength : configuration.sequenceLength
    let batch = max(1, configuration.microBatch * configuration.sequenceLength / length)
    var (sources, nats, bits, tokens): ([String: Double], Double, Double, Int) = ([:], 0, 0, 0)
    for part in try material.heldOutWindows(length: length) {
      let loss = try trainer.heldOutLoss(part.windows, batch: batch)
      let count = part.windows.count * length
      sources[part.source] = loss
      nats += loss * Double(count)
      bits += loss * part.tokensPerByte / log(2) * Double(count)
      tokens += count
    }
    guard tokens > 0 else {
      throw RunError.invalidConfiguration(
        key: "held-out", got: "\(configuration.heldOut), which holds out less than one window",
        allowed: "a share that holds out at least \(length) tokens")
    }
    let measurement = HeldOutMeasurement(
      step: stepsDone, natsPerToken: nats / Double(tokens), bitsPerByte: bits / Double(tokens), tokens: tokens,
      sources: sources)
    measurements.append(measurement)
    try heldOutLog.append(measurement)
    report(.measured(measurement))
  }
}

extension RunFolder {
  /// Seconds of all steps that `timings.jsonl` lists.
  func secondsSpent() throws -> Double {
    let data = try MappedFile(timings).data()
    guard let last = data.split(separator: UInt8(ascii: "\n")).last else { return 0 }
    return try JSONFile.decode(PretrainingRun.TimingEvent.self, from: Data(last), path: timings.path).seconds
  }
}
