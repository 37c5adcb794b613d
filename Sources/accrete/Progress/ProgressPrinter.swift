import Files
import Foundation
import Learning
import Records
import Reports
import Runs

/// Shows a run to a person: one line that renews itself on a terminal, plain lines now and then elsewhere. To a program, where that is asked
/// for: every event as a line of JSON.
final class ProgressPrinter {
  let isQuiet: Bool
  /// What stands behind the base's name in the first line.
  var baseNote = ""
  private let terminal = Console.errorIsTerminal
  private let clock = ContinuousClock()
  private var lastLine = ContinuousClock().now
  private var lineIsOpen = false
  /// How long after the last line a passing one is printed, where standard error is not a terminal.
  private let interval: Duration
  /// When a program was last told how far something has come.
  private var lastCounter: ContinuousClock.Instant?

  init(quiet: Bool = false, interval: Duration = .seconds(10)) { (isQuiet, self.interval) = (quiet, interval) }

  /// As these options say, also for all else that goes to standard error from now on.
  convenience init(_ options: ProgressOptions, interval: Duration = .seconds(10)) {
    options.begin()
    self.init(quiet: options.quiet, interval: interval)
  }

  func show(_ progress: RunProgress) {
    guard !isQuiet, !tells(progress.event) else { return }
    switch progress {
    case .base(let taught): line(BaseLine.text(taught, note: baseNote))
    case .warning(let text): line("warning: \(text)")
    case .preparing(let task): passing("reading \(task)")
    case .prepared(let manifest): prepared(manifest)
    case .training(let task, let number, let total, let report, let speed, let left):
      let terms = report.terms.sorted { $0.key < $1.key }.map { "\($0.key) \(fixed($0.value, 4))" }
      let text =
        "task \(number)/\(total) \(task)  step \(report.step)/\(report.totalSteps)  \(terms.joined(separator: "  "))"
        + "  learning rate \(report.learningRate)  \(Int(saturating: speed)) tokens/s  \(duration(left)) left"
      if report.step == 1 || report.step == report.totalSteps { line(text) } else { passing(text) }
    case .solved(let task, let rows, let penalty, let weighed):
      let weights = weighed.map {
        "; weights \(fixed($0.ridge, 3)) beside \(fixed($0.expert, 3)) of the label scores, from \($0.rows) rows kept apart"
      }
      line("\(task): closed-form head solved on \(rows) rows, λ \(significant(penalty, 4))\(weights ?? "")")
    case .checkpoint(let task, let step): passing("checkpoint after step \(step) of \(task)")
    case .evaluating(let row, let task, let done, let total):
      passing("scoring after \(row) task\(row == 1 ? "" : "s"): \(task) \(done)/\(total)")
    case .scored(let row, let scores):
      let cells = scores.map { "\($0.task) \(fixed($0.score, 3))" }
      line("scores after \(row) task\(row == 1 ? "" : "s"): " + cells.joined(separator: "  "))
    case .learned(let costs):
      line(
        "learned \(costs.task) in \(duration(costs.trainingSeconds)): \(costs.trainedParameters) trained parameters,"
          + " \(Int(saturating: costs.tokensPerSecond)) tokens/s, \(costs.expertBytes / 1024) KiB of its own, peak memory \(costs.peakResidentBytes >> 20) MiB"
          + (costs.deviceText.map { ", \($0)" } ?? "")
      )
    }
  }

  private func prepared(_ manifest: Manifest) {
    for task in manifest.tasks {
      guard let counts = manifest.rows[task] else { continue }
      let scoring = manifest.scoring(of: task)
      let answers =
        scoring.isPlainAccuracy
        ? "" : "; \(scoring.answers == .written ? "free answers" : "labels"), scored by \(scoring.clean.name)"
      let apart = counts.combining.map { ", \($0) to weigh the output head's parts on" } ?? ""
      line(
        "task \(task): \(counts.trained) rows to learn, \(counts.scored) to score\(apart)\(answers)\(truncation(counts))"
      )
      if let cut = counts.cutAnswers {
        line(
          "task \(task): \(cut) training answers are cut to \(scoring.answerTokens ?? 0) tokens (--max-answer-tokens)")
      }
      for note in scoring.notes { line("note: \(note)") }
    }
  }

  private func truncation(_ counts: Manifest.RowCounts) -> String {
    guard counts.truncated > 0 else { return "" }
    let worst = counts.mostTruncated.map {
      "\($0.isTrained ? "training" : "scored") row \($0.row) by \($0.droppedTokens)"
    }
    return "; \(counts.truncated) too long, cut by \(counts.droppedTokens) tokens in all, most: "
      + worst.joined(separator: ", ")
  }

  /// Whether a program is told, of counters one a second: then nothing is left to show.
  func tells(_ event: @autoclosure () -> LogEvent) -> Bool {
    guard Console.writesErrorsAsJSON else { return false }
    let event = event()
    if event.isCounter {
      let now = clock.now
      if let lastCounter, lastCounter.duration(to: now) < .seconds(1) { return true }
      lastCounter = now
    }
    if !isQuiet { Console.log(event) }
    return true
  }

  /// A line that stays.
  func line(_ text: String) {
    guard !isQuiet else { return }
    if lineIsOpen { Console.errorRaw("\r\u{1B}[K") }
    lineIsOpen = false
    Console.error(text)
    lastLine = clock.now
  }

  /// A line that the next one replaces.
  func passing(_ text: String) {
    guard !isQuiet else { return }
    if Console.writesErrorsAsJSON {
      _ = tells(.counter("message", ["text": text]))
    } else if terminal {
      let width = Console.terminalWidth
      Console.errorRaw("\r\u{1B}[K" + text.withoutControls.prefix(max(width - 1, 20)))
      lineIsOpen = true
    } else if lastLine.duration(to: clock.now) >= interval {
      line(text)
    }
  }
}

/// A number with a fixed count of decimals.
func fixed(_ value: Double, _ decimals: Int) -> String { String(format: "%.\(decimals)f", value) }

/// A number with at most so many digits that count.
func significant(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)g", value) }

/// Seconds as a person says them.
func duration(_ seconds: Double) -> String {
  let whole = Int(saturating: seconds.rounded())
  return whole < 60 ? "\(whole) s" : "\(whole / 60) min \(whole % 60) s"
}
