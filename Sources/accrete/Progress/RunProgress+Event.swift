import Learning
import Records
import Runs

extension RunProgress {
  /// The same for programs.
  var event: LogEvent {
    switch self {
    case .base(let taught):
      LogEvent(
        "base",
        [
          "base": EmbeddedResources.argument(for: taught.name), "architecture": taught.architecture,
          "parameters": taught.parameters, "weights": taught.precision, "compute": taught.compute,
          "device": taught.device,
          "threads": taught.threads, "methods": taught.methods, "outputHead": taught.outputHead.rawValue,
          "rank": taught.rank, "expertParameters": taught.expertParameters,
        ])
    case .warning(let text): LogEvent("warning", ["text": text])
    case .preparing(let task): .counter("preparing", ["task": task])
    case .prepared(let manifest):
      LogEvent(
        "prepared",
        [
          "tasks": manifest.tasks, "rows": manifest.rows,
          "notes": manifest.tasks.flatMap { manifest.scoring(of: $0).notes },
        ]
      )
    case .training(let task, let number, let count, let report, let speed, let left):
      LogEvent(
        "step",
        [
          "task": task, "taskNumber": number, "tasks": count, "step": report.step, "totalSteps": report.totalSteps,
          "epoch": report.epoch, "loss": report.loss, "terms": report.terms, "learningRate": report.learningRate,
          "gradientNorm": report.gradientNorm, "tokens": report.tokens, "tokensPerSecond": speed, "secondsLeft": left,
        ])
    case .solved(let task, let rows, let penalty, let weighed):
      LogEvent(
        "solved",
        [
          "task": task, "rows": rows, "penalty": penalty, "weighedRows": weighed?.rows, "expertWeight": weighed?.expert,
          "ridgeWeight": weighed?.ridge,
        ])
    case .checkpoint(let task, let step): LogEvent("checkpoint", ["task": task, "step": step])
    case .evaluating(let row, let task, let done, let total):
      .counter("scoring", ["learned": row, "task": task, "done": done, "total": total])
    case .scored(let row, let scores):
      LogEvent("scored", ["learned": row, "scores": Dictionary(scores.map { ($0.task, $0.score) }) { $1 }])
    case .learned(let costs): LogEvent("learned", costs)
    }
  }
}
