import Foundation
import Learning
import Runs
import TestSupport
import Testing

@testable import Records

/// The suites that compute with libtorch, one test after the other: each keeps a core busy, and they share finished runs.
@Suite(.serialized) enum RunTests {}

/// The same of what is kept of a run: checkpoints, seals, files. A second line beside the first, so that tests end sooner.
@Suite(.serialized) enum StoredRunTests {}

/// Which tiny run.
struct RunKind: Hashable, Sendable, CustomTestStringConvertible {
  var method: String
  var outputHead = OutputHead.label
  var seed: UInt64 = 0

  var testDescription: String { "\(method), \(outputHead.rawValue), seed \(seed)" }

  /// Whether each task leaves an expert of its own.
  var keepsExperts: Bool {
    outputHead.hasExpert && !["sequential", "joint", "replay", "ewc", "a-gem", "lwf", "o-lora"].contains(method)
  }

  /// Whether each task adds tensors that stay.
  var keepsTensors: Bool { keepsExperts || method == "o-lora" || outputHead != .label }

  /// Whether the method can tell tasks apart.
  var routes: Bool { outputHead.hasExpert && ["accrete", "any-ssr", "moses"].contains(method) }

  /// Whether the method says something about each layer.
  var hasStatistics: Bool { outputHead.hasExpert && ["accrete", "moses"].contains(method) }

  /// Optimizer steps of each task: of its own 12 rows, or of the rows that the method wants; of 9 where 3 are kept apart.
  var steps: [Int] {
    switch (method, outputHead) {
    case (_, .ridge): [0, 0]
    case ("joint", .both): [5, 0]
    case ("joint", _): [6, 0]
    case ("replay", .both): [3, 3]
    case ("replay", _): [3, 4]
    default: [3, 3]
    }
  }

  /// Trained heads for the methods that meet them otherwise than `per-task` does; `joint` and `replay` refuse them.
  private static let withHeads: Set = ["moe-cl", "sequential", "ewc", "lwf", "per-task", "accrete"]

  /// Closed-form heads, alone and beside experts that stay, that go on training, and that learn all rows at once.
  static let closedForm = [
    RunKind(method: "per-task", outputHead: .ridge), RunKind(method: "accrete", outputHead: .both),
    RunKind(method: "sequential", outputHead: .both), RunKind(method: "joint", outputHead: .both),
  ]

  static let all =
    MethodCatalog.names.flatMap { method in
      [OutputHead.label, .trained].filter { $0 == .label || withHeads.contains(method) }
        .map { RunKind(method: method, outputHead: $0) }
    } + closedForm
}

/// Runs that were finished once and are looked at by many tests; a test that changes one takes a copy.
final class FinishedRuns: @unchecked Sendable {
  static let shared = FinishedRuns()

  private let lock = NSLock()
  private var folders: [RunKind: URL] = [:]
  private var scratch: Scratch?

  private init() {
    atexit { FinishedRuns.shared.scratch = nil }
  }

  /// The folder of a finished run; it must not be changed.
  func folder(_ kind: RunKind) throws -> URL {
    try lock.withLock {
      if let folder = folders[kind] { return folder }
      let scratch = try scratch ?? Scratch()
      let first = self.scratch == nil
      self.scratch = scratch
      let files = try first ? Tiny.write(to: scratch) : Tiny.tasks.map { scratch.url("data/\($0).jsonl") }
      let folder = scratch.url("\(kind.method)-\(kind.outputHead.rawValue)-\(kind.seed)")
      var configuration = Tiny.configuration(files, method: kind.method, outputHead: kind.outputHead, seed: kind.seed)
      // Twelve rows need no more.
      if kind.method == "any-ssr" { configuration.options = ["expansion": 200] }
      try SequenceRun.start(configuration, in: folder, bases: .shared).run()
      folders[kind] = folder
      return folder
    }
  }

  /// A copy of a finished run.
  func copy(_ kind: RunKind, to scratch: Scratch) throws -> URL {
    try scratch.copy(folder(kind), as: "run")
  }
}

/// The files of a run that the configuration decides: all but those that tell times.
func decided(_ folder: URL) throws -> [String: Data] {
  try tree(folder).filter { path, _ in
    !["timings.jsonl", "metrics.json", "costs.json", "seal.json", "lock"].contains(path)
  }
}
