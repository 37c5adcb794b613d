import Comparing
import Files
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Records
@testable import Runs

extension RunTests {
  /// Does a cell outlive its run folder, and is a record that is not its own refused?
  @Suite struct CellRecordTests {
    let scratch: Scratch
    let comparison: Comparison
    let folder: ComparisonFolder

    init() throws {
      let finished = try Self.finished.get()
      scratch = try Scratch()
      comparison = finished.comparison
      folder = ComparisonFolder(try scratch.copy(finished.folder.url, as: "comparison"))
    }

    private struct Finished {
      let comparison: Comparison
      let folder: ComparisonFolder
    }

    /// A finished comparison of two methods, of which one infers the task, with two seeds; the tests take copies.
    private static let finished = Result {
      let scratch = try Scratch()
      CellRecordTests.kept.withLock { $0 = scratch }
      atexit { CellRecordTests.kept.withLock { $0 = nil } }
      let cells = ["accrete", "per-task"].flatMap { method in
        [0, 1].map { ComparisonCell(method: method, order: 1, seed: $0) }
      }
      let comparison = try Comparison(Tiny.configuration(Tiny.write(to: scratch)), cells: cells)
      let folder = ComparisonFolder(scratch.url("comparison"))
      try folder.create()
      try comparison.begin(in: folder)
      for cell in cells {
        try SequenceRun.start(
          cell.configuration(comparison.configuration), in: folder.run(cell).url, program: comparison.program,
          bases: .shared
        ).run()
        let record = try #require(try CellRecord(checking: cell, in: folder, of: comparison, command: "again"))
        try record.write(to: folder.result(cell))
      }
      return Finished(comparison: comparison, folder: folder)
    }

    private static let kept = Mutex<Scratch?>(nil)

    private func removeRuns() throws {
      for cell in comparison.cells { try FileManager.default.removeItem(at: folder.run(cell).url) }
    }

    private func refusal(_ cell: ComparisonCell, of other: Comparison? = nil) -> String {
      do {
        return try CellRecord.read(cell, in: folder, of: other ?? comparison) == nil ? "not complete" : "taken"
      } catch {
        return "\(error)"
      }
    }

    /// Everything in it but whether there is a run folder.
    private func numbers(_ results: ComparisonResults) -> ComparisonResults {
      var result = results
      result.fromRecords = []
      for cell in result.cells.indices { result.cells[cell].isFromRecord = false }
      return result
    }

    @Test func withoutRunFoldersTheResultsAreTheSame() throws {
      let whole = try ComparisonResults(comparison, in: folder)
      #expect(whole.isComplete && whole.fromRecords.isEmpty && whole.differences[0].pairs.count == 2)
      #expect(whole.cells[0].metrics.metrics.contains { $0.name == "ACC, task inferred" })
      // One.
      try FileManager.default.removeItem(at: folder.run(comparison.cells[2]).url)
      var results = try ComparisonResults(comparison, in: folder)
      #expect(results.fromRecords == ["per-task-o1-s0"] && numbers(results) == numbers(whole))
      // All.
      for cell in comparison.cells where cell != comparison.cells[2] {
        try FileManager.default.removeItem(at: folder.run(cell).url)
      }
      results = try ComparisonResults(comparison, in: folder)
      #expect(results.fromRecords == comparison.cells.map(\.name) && numbers(results) == numbers(whole))
      // What nobody has recorded is not complete.
      try FileManager.default.removeItem(at: folder.result(comparison.cells[0]))
      results = try ComparisonResults(comparison, in: folder)
      #expect(results.notFinished == [.init(cell: "accrete-o1-s0", state: "not begun")])
    }

    /// With and without the run folder: every 131st byte, and each of the last.
    @Test func oneBitIsEnough() throws {
      let cell = comparison.cells[0]
      let file = folder.result(cell)
      let before = try Data(contentsOf: file)
      #expect(before.count < 40_000, "\(before.count) bytes")
      for hasRun in [true, false] {
        if !hasRun { try removeRuns() }
        for position in Array(stride(from: 0, to: before.count, by: 131)) + Array(before.count - 3..<before.count) {
          var changed = before
          changed[position] ^= 1
          try changed.write(to: file)
          let said = refusal(cell)
          #expect(
            said.hasPrefix("cell accrete-o1-s0: ") && said.contains("Put cells/accrete-o1-s0.json back"),
            "byte \(position): \(said)")
          #expect(said.contains(hasRun ? "to make it again from cells/" : "to run the cell again"), "\(said)")
        }
        try before.write(to: file)
        #expect(refusal(cell) == "taken")
      }
      try before.dropLast(200).write(to: file)
      #expect(refusal(cell).contains("Put cells/accrete-o1-s0.json back"))
    }

    @Test func recordsOfSomethingElse() throws {
      let (cell, other) = (comparison.cells[0], comparison.cells[1])
      try removeRuns()
      // Of another seed.
      let before = try Data(contentsOf: folder.result(cell))
      try Data(contentsOf: folder.result(other)).write(to: folder.result(cell))
      #expect(refusal(cell).contains("its name in accrete-o1-s0.json: expected accrete-o1-s0, got accrete-o1-s1"))
      // The same, renamed and sealed again: its manifest tells.
      var record = try #require(try CellRecord.read(other, in: folder, of: comparison))
      record.cell = cell
      try record.write(to: folder.result(cell))
      #expect(refusal(cell).contains("configuration.seed: expected 0, got 1"), "\(refusal(cell))")
      try before.write(to: folder.result(cell))
      #expect(refusal(cell) == "taken")

      // Of other data, code or libtorch.
      var changed = comparison
      let file = try #require(changed.orders["1"]?.dataDigests.keys.first)
      changed.orders["1"]?.dataDigests[file] = Digest(of: Data("other rows".utf8))
      #expect(
        refusal(cell, of: changed).contains("dataDigests.\(URL(fileURLWithPath: file).lastPathComponent)"),
        "\(refusal(cell, of: changed))")
      changed = comparison
      changed.program = Digest(of: Data("other sources".utf8))
      #expect(refusal(cell, of: changed).contains("program: expected \(changed.program)"))
      changed = comparison
      changed.libtorch = "1.0.0"
      #expect(refusal(cell, of: changed).contains("libtorch: expected 1.0.0"))
    }

    /// Numbers that do not follow from the outcomes, though somebody has sealed the record again.
    @Test func whatDoesNotFollow() throws {
      let cell = comparison.cells[0]
      try removeRuns()
      let record = try #require(try CellRecord.read(cell, in: folder, of: comparison))
      let changes: [(String, (inout CellRecord) throws -> Void)] = [
        ("scores[2][0]: expected", { $0.matrix.scores[2][0] = 0.125 }),
        ("metrics[0].value", { $0.metrics.metrics[0].value += 0.01 }),
        ("metrics[0].interval95", { $0.metrics.metrics[0].interval95 = nil }),
        ("seed", { $0.matrix.seed = 9 }),
        (
          "scores[0][0]: expected",
          { $0.outcomes.clean[0] = try PackedScores(.init(repeating: .init(repeating: 1, count: 6), count: 3)) }
        ),
        ("scored rows", { $0.outcomes.clean[0] = try PackedScores(.init(repeating: [1], count: 3)) }),
        ("tasks with outcomes", { $0.outcomes.clean = [] }), ("rows of weather", { $0.outcomes.rows[0] = "" }),
        ("rows of outcomes", { $0.outcomes.clean[1] = try PackedScores([]) }),
        ("all or none", { $0.outcomes.unknownRate = nil }), ("legacy outcomes", { $0.outcomes.legacy = [] }),
        ("metrics.json beside", { $0.outcomes.routerAccuracy?[2][0] = 0.125 }),
        ("a task with \(Int.min) rows", { $0.manifest.rows["weather"]?.scored = .min }),
        ("cannot be a task's name", { $0.manifest.tasks[0] = "../weather" }),
      ]
      for (words, change) in changes {
        var changed = record
        try change(&changed)
        try changed.write(to: folder.result(cell))
        #expect(refusal(cell).contains(words), "\(words): \(refusal(cell))")
      }
    }

    /// A record whose outcomes are not those of the predictions beside it, and half a run folder.
    @Test func theRunFolderTellsMore() throws {
      let cell = comparison.cells[2]
      var record = try #require(try CellRecord.read(cell, in: folder, of: comparison))
      record.outcomes.rows[0] = PackedRows.pack([1, 2, 3, 4, 5, 6])
      try record.write(to: folder.result(cell))
      #expect(refusal(cell).contains("the outcomes in per-task-o1-s0.json: expected those of the predictions"))
      let whole = comparison.cells[3]
      try FileManager.default.removeItem(at: folder.run(whole).predictions(row: 1, task: "traffic"))
      #expect(refusal(whole) != "taken")
    }
  }
}
