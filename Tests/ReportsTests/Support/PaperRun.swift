import Files
import Foundation
import Reports
import TestSupport

@testable import Records

/// The folder of a run that nobody learned: every number in it is chosen, so that a report on it can be computed by hand.
struct PaperRun {
  /// A metric as `metrics.json` has it.
  struct Metric {
    var name: String
    var formula: String
    var value: Double
    var interval: (lower: Double, upper: Double)?
  }

  var method = "moe-cl"
  var order = 1
  var seed: UInt64 = 0
  var tasks = ["a", "b"]
  /// Which of a task's rows are right, row by row of the matrix: `110` means that the third is wrong.
  var right = [["0000", "1000"], ["1111", "1000"], ["1101", "1110"]]
  /// Tasks learned; nil: all.
  var learned: Int?
  /// nil: ACC alone, with an interval of 0.1 to both sides.
  var metrics: [Metric]?
  var bytesPerTask = 1024
  var seconds = 10.0
  /// Of a run on a GPU, MiB in tensors there.
  var deviceMebibytes: Int?
  /// Changes the configuration.
  var configure: (inout RunConfiguration) -> Void = { _ in }
  var hasPredictions = true
  /// Of each task's steps, the loss terms.
  var steps: [[[String: Double]]] = []
  /// Of `metrics.json`.
  var warnings: [String] = []
  /// Digest of the data, as one repeated digit.
  var data = "d"

  var matrix: [[Double?]] {
    let known = learned ?? tasks.count
    return right.enumerated().map { row, cells in
      cells.map { row <= known ? Self.accuracy($0) : nil }
    }
  }

  static func accuracy(_ cell: String) -> Double { Double(cell.count { $0 == "1" }) / Double(cell.count) }

  func write(to scratch: Scratch, as name: String) throws -> URL {
    let digest = { (digit: String) in "sha256:" + String(repeating: digit, count: 64) }
    var configuration = RunConfiguration()
    configuration.method = method
    configuration.seed = seed
    configuration.source.order = order
    configuration.base = "/somewhere/base"
    configure(&configuration)
    let encoded = try JSONSerialization.jsonObject(with: JSONFile.encode(configuration))
    let counts = ["trained": 4, "scored": 4, "truncated": 0, "droppedTokens": 0, "mostTruncated": []] as [String: Any]
    try json(
      [
        "format": 1, "accrete": "0.1.0", "libtorch": "2.13.0", "configuration": encoded, "tasks": tasks,
        "baseDigest": digest("b"), "tokenizerDigest": digest("c"), "promptDigest": digest("e"),
        "dataDigests": ["/somewhere/data": digest(data)],
        "rows": Dictionary(uniqueKeysWithValues: tasks.map { ($0, counts) }),
      ], scratch, "\(name)/manifest.json")
    try json(matrixObject, scratch, "\(name)/matrix.json")
    try json(metricsObject, scratch, "\(name)/metrics.json")
    if hasPredictions { try writePredictions(to: scratch, name) }
    try writeEvents(to: scratch, name)
    return scratch.url(name)
  }

  var matrixObject: [String: Any] {
    [
      "tasks": tasks, "R": matrix.map { $0.map { $0.map { $0 as Any } ?? NSNull() } }, "rows": "",
      "n": tasks.map { _ in right[0][0].count }, "seed": seed, "method": method,
    ]
  }

  private var metricsObject: [String: Any] {
    let done = learned ?? tasks.count
    let accuracy = right[tasks.count].map(Self.accuracy).reduce(0, +) / Double(tasks.count)
    let metrics =
      metrics ?? [
        Metric(name: "ACC", formula: "ACC = mean", value: accuracy, interval: (accuracy - 0.1, accuracy + 0.1))
      ]
    return [
      "method": method, "order": order, "seed": seed, "evaluatedOn": "test", "outputHead": "label",
      "tasksLearned": done,
      "warnings": warnings,
      "averageAccuracyCurve": [], "metrics": done < tasks.count ? [] : metrics.map(object),
      "costs": tasks.prefix(done).enumerated().map { number, task in
        var cost: [String: Any] = [
          "task": task, "trainedParameters": 7, "steps": 3, "trainingTokens": 100, "trainingSeconds": seconds,
          "tokensPerSecond": 100 / seconds, "evaluationSeconds": 2, "expertBytes": bytesPerTask,
          "methodBytes": bytesPerTask * (number + 1), "peakResidentBytes": 1 << 20,
        ]
        if let deviceMebibytes {
          cost["device"] = "cuda:1"
          cost["deviceMemoryPeak"] = deviceMebibytes << 20
          cost["deviceMemoryReserved"] = (deviceMebibytes + 2) << 20
        }
        return cost
      },
    ]
  }

  private func object(_ metric: Metric) -> [String: Any] {
    var result: [String: Any] = [
      "name": metric.name, "formula": metric.formula, "value": metric.value, "n": 8, "seed": seed,
    ]
    if let interval = metric.interval {
      result["interval95"] = ["lower": interval.lower, "upper": interval.upper, "draws": 1000, "seed": 0]
    }
    return result
  }

  private func writePredictions(to scratch: Scratch, _ name: String) throws {
    for (row, cells) in right.enumerated() where row <= learned ?? tasks.count {
      for (task, cell) in zip(tasks, cells) {
        let lines = cell.enumerated().map { index, bit in
          #"{"index":\#(index * 10),"gold":1,"predicted":\#(bit),"scores":[0.5,0.25]}"# + "\n"
        }
        try scratch.write(lines.joined(), to: "\(name)/predictions/row-\(row)/\(task).jsonl")
      }
    }
  }

  private func writeEvents(to scratch: Scratch, _ name: String) throws {
    var lines = ""
    for (task, steps) in zip(tasks, steps) {
      for (number, terms) in steps.enumerated() {
        let numbers = String(decoding: try JSONEncoder().encode(terms), as: UTF8.self)
        lines +=
          #"{"task":"\#(task)","step":{"step":\#(number + 1),"totalSteps":\#(steps.count),"epoch":0,"terms":\#(numbers)"#
        lines += #","loss":1,"learningRate":1,"gradientNorm":1,"tokens":1}}"# + "\n"
      }
    }
    try scratch.write(lines, to: "\(name)/events.jsonl")
  }

  func json(_ object: Any, _ scratch: Scratch, _ name: String) throws {
    try scratch.write(JSONSerialization.data(withJSONObject: object), to: name)
  }
}

/// A comparison of runs on paper, each in a folder of its own.
func comparison(_ runs: [PaperRun], in scratch: Scratch) throws -> RunSummary {
  try RunSummary(
    runs.enumerated().map { number, run in
      try ReportedRun(run.write(to: scratch, as: "\(run.method)-\(number)"))
    })
}
