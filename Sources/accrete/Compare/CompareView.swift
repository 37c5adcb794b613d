import Comparing
import Files
import Foundation
import Records
import Runs

/// Shows all running cells to a person: a block of lines that renews itself on a terminal, plain lines now and then elsewhere.
///
/// It reads the runs' folders, so that it shows a process that an earlier start has left behind as it shows a child.
final class CompareView {
  private let folder: ComparisonFolder
  private let cells: Int
  private let printer: ProgressPrinter
  private let terminal = Console.errorIsTerminal
  private let clock = ContinuousClock()
  private let start = ContinuousClock().now
  private var shown: ContinuousClock.Instant?
  /// Lines of the block that is on the screen now.
  private var openLines = 0
  /// How far each cell was when this start began, and is now.
  private var first: [ComparisonCell: Double] = [:]
  private var now: [ComparisonCell: Double] = [:]
  private var began: [ComparisonCell: ContinuousClock.Instant] = [:]

  init(_ comparison: Comparison, in folder: ComparisonFolder, _ printer: ProgressPrinter) {
    (self.folder, cells, self.printer) = (folder, comparison.cells.count, printer)
    for cell in comparison.cells { first[cell] = CellProgress(folder.run(cell))?.fraction ?? 0 }
    now = first
  }

  func show(_ progress: ComparisonProgress) {
    switch progress {
    case .running(let running, let done, let failed, let waiting):
      show(running, done: done, failed: failed, waiting: waiting)
    case .ended: clear()
    default: line(progress)
    }
  }

  /// A line that stays, and the same for programs.
  private func line(_ progress: ComparisonProgress) {
    guard let line = progress.line, !printer.isQuiet, !printer.tells(line.event) else { return }
    clear()
    Console.error(line.text)
  }

  private func show(_ running: [ComparisonCell], done: Int, failed: Int, waiting: [ComparisonCell]) {
    guard !printer.isQuiet, !running.isEmpty else { return }
    let interval = Duration.seconds(terminal && !Console.writesErrorsAsJSON ? 0.5 : 20)
    if let shown, shown.duration(to: clock.now) < interval { return }
    // The first lines elsewhere than on a terminal come when there is something to tell.
    let isFirst = shown == nil
    shown = clock.now
    if Console.writesErrorsAsJSON {
      if !isFirst { Console.log(event(running, done: done, failed: failed, waiting: waiting)) }
      return
    }
    let lines = running.map(line(of:)) + [total(running, done: done, failed: failed, waiting: waiting)]
    guard terminal else {
      if !isFirst { for line in lines { Console.error(line) } }
      return
    }
    let width = max(Console.terminalWidth - 1, 20)
    clear()
    Console.errorRaw(lines.map { $0.withoutControls.prefix(width) + "\n" }.joined())
    openLines = lines.count
  }

  /// Takes the block away.
  private func clear() {
    if openLines > 0 { Console.errorRaw("\u{1B}[\(openLines)A\r\u{1B}[J") }
    openLines = 0
  }

  private func line(of cell: ComparisonCell) -> String {
    let since = began[cell] ?? clock.now
    began[cell] = since
    guard let progress = CellProgress(folder.run(cell)) else { return "\(cell.name)  reading base and data" }
    now[cell] = progress.fraction
    let left = secondsLeft(since: since, done: progress.fraction - (first[cell] ?? 0), rest: 1 - progress.fraction)
    var text = "\(cell.name)  task \(min(progress.learned + 1, progress.tasks))/\(progress.tasks)"
    if let current = progress.current, current.step < current.totalSteps {
      text +=
        " \(current.task)  step \(current.step)/\(current.totalSteps)  \(Int(saturating: current.tokensPerSecond)) tokens/s"
    } else {
      text += "  scoring"
    }
    return text + (left.isEmpty ? "  \(Int(saturating: progress.fraction * 100)) %" : left)
  }

  private func total(_ running: [ComparisonCell], done: Int, failed: Int, waiting: [ComparisonCell]) -> String {
    let gained = now.reduce(0) { $0 + max($1.value - (first[$1.key] ?? 0), 0) }
    let rest = (running + waiting).reduce(0) { $0 + 1 - (now[$1] ?? 0) }
    let failures = failed > 0 ? ", \(failed) failed" : ""
    return "total  \(done) of \(cells) cells done, \(running.count) running\(failures)"
      + secondsLeft(since: start, done: gained, rest: rest)
  }

  private struct Cell: Encodable {
    let cell: String
    /// `nil`: base and data are read.
    let share: Double?
    let task: String?
    let step: Int?
    let totalSteps: Int?
    let tokensPerSecond: Double?
  }

  private func event(_ running: [ComparisonCell], done: Int, failed: Int, waiting: [ComparisonCell]) -> LogEvent {
    let cells = running.map { cell in
      let progress = CellProgress(folder.run(cell))
      let current = progress?.current
      return Cell(
        cell: cell.name, share: progress?.fraction, task: current?.task, step: current?.step,
        totalSteps: current?.totalSteps, tokensPerSecond: current?.tokensPerSecond)
    }
    return LogEvent(
      "running", ["running": cells, "done": done, "failed": failed, "waiting": waiting.count, "cells": self.cells])
  }

  /// At the speed so far; nothing before there is one.
  private func secondsLeft(since: ContinuousClock.Instant, done: Double, rest: Double) -> String {
    guard done > 0.01 else { return "" }
    let elapsed = since.duration(to: clock.now) / .seconds(1)
    return "  \(duration(elapsed * rest / done)) left"
  }
}
