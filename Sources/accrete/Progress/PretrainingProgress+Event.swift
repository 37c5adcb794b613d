import Decoder
import ModelConfiguration
import Pretraining
import Records
import Runs

extension PretrainingProgress {
  /// The same for programs.
  var event: LogEvent {
    switch self {
    case .trainingTokenizer(let bytes, let entries, let goal):
      .counter("trainingTokenizer", ["bytesRead": bytes, "entries": entries, "goal": goal])
    case .tokenizing(let state):
      .counter(
        state.phase == .digesting ? "reading" : "tokenizing",
        [
          "source": state.source, "bytesRead": state.bytesRead, "bytesTotal": state.bytesTotal, "tokens": state.tokens,
        ])
    case .prepared(let manifest):
      LogEvent(
        "prepared",
        [
          "sources": manifest.sources, "uses": manifest.uses, "heldOut": manifest.configuration.heldOut,
          "parameters": manifest.parameters, "activatedParameters": manifest.activatedParameters,
          "routedRateFactor": manifest.routedRateFactor, "steps": manifest.steps, "longSteps": manifest.longSteps,
        ])
    case .step(let report, let total, let speed, let left):
      LogEvent(
        "step",
        [
          "step": report.step, "totalSteps": total, "stage": report.stage, "loss": report.loss, "terms": report.terms,
          "learningRate": report.learningRate, "gradientNorm": report.gradientNorm, "tokens": report.tokens,
          "balance": mean(report, \.balance), "overflow": mean(report, \.overflow), "tokensPerSecond": speed,
          "secondsLeft": left,
        ])
    case .measured(let loss, let seconds):
      LogEvent(
        "heldOut",
        [
          "step": loss.step, "natsPerToken": loss.natsPerToken, "bitsPerByte": loss.bitsPerByte, "tokens": loss.tokens,
          "bytes": loss.bytes, "sources": loss.sources, "seconds": seconds,
        ])
    case .diverged(let found): LogEvent("diverged", ["which": found.loss, "first": found.first, "last": found.last])
    case .checkpoint(let step): LogEvent("checkpoint", ["step": step])
    }
  }

  /// Over the layers with an MoE block; `nil`: there are none.
  private func mean(_ report: PretrainingReport, _ value: (RouterLoad) -> Double) -> Double? {
    guard let routing = report.routing, !routing.isEmpty else { return nil }
    return routing.reduce(0) { $0 + value($1) } / Double(routing.count)
  }
}
