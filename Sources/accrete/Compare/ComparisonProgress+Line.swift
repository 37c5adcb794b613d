import Comparing
import Files
import Foundation
import Records

extension ComparisonProgress {
  /// What is said of it to people and to programs; `nil` where a counter says it.
  var line: (text: String, event: LogEvent)? {
    switch self {
    case .known(let done, let cells, let fromRecords):
      let records = fromRecords > 0 ? ", \(fromRecords) of them known from their records alone" : ""
      return (
        "\(done) of \(cells) cells are done already\(records)",
        LogEvent("known", ["done": done, "cells": cells, "fromRecords": fromRecords])
      )
    case .waiting(let cell, let holder):
      return (
        "\(cell.name): \(holder), of an earlier start, has not ended yet; waiting for it",
        LogEvent("waiting", ["cell": cell.name, "holder": holder])
      )
    case .begun(let cell): return ("\(cell.name): begun", LogEvent("cellBegun", ["cell": cell.name]))
    case .resumed(let cell): return ("\(cell.name): going on", LogEvent("cellResumed", ["cell": cell.name]))
    case .done(let cell, let metrics):
      let numbers = metrics.map { "\($0.name) \(RunMetrics.text($0.value, of: $0.name))" }
      return (
        "\(cell.name): done, \(numbers.joined(separator: "  "))",
        LogEvent("cellDone", ["cell": cell.name, "metrics": Dictionary(metrics.map { ($0.name, $0.value) }) { $1 }])
      )
    case .failed(let cell, let message, let code):
      return (
        "\(cell.name): FAILED: \(message)",
        LogEvent("cellFailed", ["cell": cell.name, "text": message, "code": code])
      )
    case .stopping(let atOnce):
      return (
        atOnce ? "stopping now" : "stopping after a checkpoint of each running cell; once more to stop now",
        LogEvent("stopping", ["atOnce": atOnce])
      )
    case .left(let cell):
      return (
        "\(cell.name): the process of an earlier start ends by itself", LogEvent("left", ["cell": cell.name])
      )
    case .stopped(let cell, let reason):
      return (
        "\(cell.name): stopped" + (reason.map { ": \($0)" } ?? ""),
        LogEvent("cellStopped", ["cell": cell.name, "text": reason])
      )
    case .running, .ended: return nil
    }
  }
}
