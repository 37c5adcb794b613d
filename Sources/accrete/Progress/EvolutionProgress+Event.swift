import Evolution
import Learning
import Records
import TaskModels

extension EvolutionProgress {
  /// The same for programs.
  var event: LogEvent {
    switch self {
    case .warning(let text): LogEvent("warning", ["text": text])
    case .rows(let rows): LogEvent("rows", rows)
    case .training(let progress): progress.event
    case .scoring(let done, let total): .counter("scoring", ["done": done, "total": total])
    case .proved(let task, let requests, let seconds):
      LogEvent("proved", ["task": task, "requests": requests, "seconds": seconds])
    case .gate(let gate): LogEvent("gate", gate)
    }
  }
}

extension LearnProgress {
  /// The same for programs.
  var event: LogEvent {
    switch self {
    case .warning(let text): LogEvent("warning", ["text": text])
    case .ridge(let penalty): LogEvent("ridge", ["penalty": penalty])
    case .trial(let rate, let number, let count, let step, let steps):
      .counter(
        "trial", ["learningRate": rate, "trial": number, "trials": count, "step": step, "totalSteps": steps])
    case .tried(let trial): LogEvent("tried", trial)
    case .rate(let rate, let isTie): LogEvent("rate", ["learningRate": rate, "isTie": isTie])
    case .goesOn(let step, let isLast): LogEvent("resumed", ["step": step, "isLastTraining": isLast])
    case .training(let report, let speed, let epoch):
      LogEvent(
        "step",
        [
          "step": report.step, "totalSteps": report.totalSteps, "epoch": epoch, "loss": report.loss,
          "terms": report.terms, "learningRate": report.learningRate, "gradientNorm": report.gradientNorm,
          "tokens": report.tokens, "tokensPerSecond": speed,
        ])
    case .measured(let measurement, let isBest):
      LogEvent(
        "measured",
        [
          "step": measurement.step, "epoch": measurement.epoch, "chooseLoss": measurement.loss,
          "expertLoss": measurement.expertLoss, "score": measurement.score, "isBest": isBest,
        ])
    case .stopped(let stop): LogEvent("stopped", ["reason": stop])
    case .chosen(let choice): LogEvent("chosen", choice)
    case .allRows(let count, let steps): LogEvent("lastTraining", ["rows": count, "steps": steps])
    case .lastTrainingDropped(let loss, let before):
      LogEvent("lastTrainingDropped", ["chooseLoss": loss, "chooseLossBefore": before])
    }
  }
}
