import Decoder
import Files
import Foundation
import ModelConfiguration
import Pretraining
import Records
import Runs

/// Shows a pretraining run to a person.
final class PretrainingPrinter {
  private let printer: ProgressPrinter

  init(_ options: ProgressOptions) { printer = ProgressPrinter(options, interval: .seconds(30)) }

  /// A line about the run as a whole.
  func line(_ text: String) { printer.line(text) }

  func show(_ progress: PretrainingProgress) {
    guard !printer.tells(progress.event) else { return }
    switch progress {
    case .trainingTokenizer(let bytes, let entries, let goal):
      printer.passing(
        entries == 0
          ? "training the tokenizer: \(bytes >> 20) MiB of text read"
          : "training the tokenizer: \(entries)/\(goal) entries")
    case .tokenizing(let state):
      let share = state.bytesTotal > 0 ? 100 * state.bytesRead / state.bytesTotal : 100
      printer.passing(
        state.phase == .digesting
          ? "reading \(state.source): \(share) %" : "tokenizing \(state.source): \(share) %, \(state.tokens) tokens")
    case .prepared(let manifest): prepared(manifest)
    case .step(let report, let total, let speed, let left):
      var text = "step \(report.step)/\(total) \(report.stage)  loss \(fixed(report.terms["task"] ?? 0, 4))"
      if let routing = report.routing, !routing.isEmpty {
        let count = Double(routing.count)
        let overflow = routing.reduce(0) { $0 + $1.overflow } / count
        text +=
          "  balance \(fixed(routing.reduce(0) { $0 + $1.balance } / count, 3))  overflow \(fixed(100 * overflow, 1)) %"
      }
      text += "  norm \(fixed(report.gradientNorm, 2))  learning rate \(String(format: "%.3g", report.learningRate))"
      text += "  \(fixed(speed, 0)) tokens/s  \(duration(left)) left"
      if report.step == 1 || report.step == total { printer.line(text) } else { printer.passing(text) }
    case .measured(let loss, let seconds):
      printer.line(
        "held out after \(loss.step) steps, \(duration(seconds)) (\(Self.time())): \(fixed(loss.natsPerToken, 4)) nats per token, \(fixed(loss.bitsPerByte, 4)) bits per byte (\(loss.extent))"
      )
    case .diverged(let found): printer.line("warning: \(Self.words(found))")
    case .checkpoint(let step): printer.passing("checkpoint after step \(step)")
    }
  }

  static func words(_ found: PretrainingMetrics.Divergence) -> String {
    "the run diverged: its \(found.loss) loss ended at \(fixed(found.last, 2)) nats per token, above the \(fixed(found.first, 2)) that it began with. Take a lower learning rate, a longer warm-up or a lower gradient-clip."
  }

  /// The time of day.
  private static func time() -> String {
    Date().formatted(
      Date.VerbatimFormatStyle(
        format:
          "\(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\(second: .twoDigits)",
        timeZone: .current, calendar: Calendar(identifier: .gregorian)))
  }

  private func prepared(_ manifest: PretrainingManifest) {
    for source in manifest.sources {
      printer.line(
        "source \(source.name): \(source.trainTokens) tokens to learn from, \(source.heldOutTokens) held out, \(source.textBytes) bytes of text"
      )
      if source.emptyDocuments > 0 {
        printer.line("note: \(source.emptyDocuments) empty documents of \(source.name) are skipped")
      }
    }
    if manifest.configuration.heldOut == 0 {
      printer.line("note: held-out is 0: all text is learned from, and no loss is measured on text that is not")
    }
    for use in manifest.uses {
      printer.line(
        "plan: \(use.windows) windows of \(use.sequenceLength) tokens of \(use.source), \(fixed(use.epochs, 2)) passes through it"
      )
    }
    let rate =
      manifest.parameters == manifest.activatedParameters
      ? "" : ", routed experts' learning rate times \(fixed(manifest.routedRateFactor, 3))"
    printer.line(
      "model: \(manifest.parameters) parameters, \(manifest.activatedParameters) activated\(rate); \(manifest.steps + manifest.longSteps) steps"
    )
  }
}
