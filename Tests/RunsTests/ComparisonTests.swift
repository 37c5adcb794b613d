import Files
import Foundation
import Learning
import TestSupport
import Testing

@testable import Comparing
@testable import Records
@testable import Runs

extension RunTests {
  /// What does a comparison let into its table?
  @Suite struct ComparisonTests {
    private func cell(_ method: String, seed: UInt64 = 0) -> ComparisonCell {
      ComparisonCell(method: method, order: 1, seed: seed)
    }

    /// A comparison that was begun, on files of its own, and nothing was run.
    private func begun(
      _ scratch: Scratch, _ cells: [ComparisonCell], change: (inout RunConfiguration) -> Void = { _ in }
    ) throws -> (Comparison, ComparisonFolder) {
      var shared = Tiny.configuration(try Tiny.write(to: scratch))
      change(&shared)
      let folder = ComparisonFolder(scratch.url("comparison"))
      let comparison = try Comparison(shared, cells: cells)
      try folder.create()
      try comparison.begin(in: folder)
      return (comparison, folder)
    }

    private func run(_ cell: ComparisonCell, _ comparison: Comparison, _ folder: ComparisonFolder) throws {
      try SequenceRun.start(
        cell.configuration(comparison.configuration), in: folder.run(cell).url, program: comparison.program,
        bases: .shared
      ).run()
    }

    private func finish(_ cell: ComparisonCell, _ comparison: Comparison, _ folder: ComparisonFolder) throws {
      try run(cell, comparison, folder)
      let record = try #require(try CellRecord(checking: cell, in: folder, of: comparison, command: "again"))
      try record.write(to: folder.result(cell))
    }

    private func differences(_ error: ComparisonError?) -> [String] {
      if case .changed(_, let differences) = error { differences } else { [] }
    }

    /// Every method's cell becomes a result, with all that its run measured; with the task inferred too.
    @Test(arguments: MethodCatalog.names) func everyMethodsCellIsAResult(method: String) throws {
      let scratch = try Scratch()
      let one = cell(method)
      let (comparison, folder) = try begun(scratch, [one])
      try finish(one, comparison, folder)
      let result = try #require(try CellRecord.read(one, in: folder, of: comparison))
      #expect(result.metrics.metrics.contains { $0.name == "ACC, task inferred" } == RunKind(method: method).routes)
      guard RunKind(method: method).routes else { return }
      let file = folder.run(one).routedPredictions(row: 2, task: Tiny.tasks[0])
      let text = try String(contentsOf: file, encoding: .utf8)
      try Data(text.replacing("\"index\":12", with: "\"index\":11").utf8).write(to: file)
      #expect(throws: ComparisonError.self) { try CellRecord.read(one, in: folder, of: comparison) }
    }

    /// Metrics and costs over complete cells; what is not complete is named and not counted.
    @Test func onlyCompleteCellsCount() throws {
      let scratch = try Scratch()
      let cells = [cell("sequential"), cell("sequential", seed: 1), cell("per-task"), cell("per-task", seed: 1)]
      let (comparison, folder) = try begun(scratch, cells)
      try finish(cells[0], comparison, folder)
      try finish(cells[1], comparison, folder)
      try finish(cells[2], comparison, folder)
      // Begun, with results of its first row and a checkpoint.
      var hasLearned = false
      let stopped = try SequenceRun.start(
        cells[3].configuration(comparison.configuration), in: folder.run(cells[3]).url, program: comparison.program
      ) { if case .learned = $0 { hasLearned = true } }
      #expect(throws: RunError.self) { try stopped.run { hasLearned ? .stop(signal: 15) : nil } }
      #expect(try CellRecord(checking: cells[3], in: folder, of: comparison, command: "") == nil)

      let results = try ComparisonResults(comparison, in: folder)
      #expect(!results.isComplete && results.reference == "sequential")
      #expect(results.notFinished.map(\.cell) == ["per-task-o1-s1"])
      #expect(results.notFinished[0].state.hasPrefix("learned 1 of 2 tasks"), "\(results.notFinished[0].state)")
      #expect(results.methods.map(\.cells) == [["sequential-o1-s0", "sequential-o1-s1"], ["per-task-o1-s0"]])
      #expect(results.methods.map(\.planned) == [2, 2] && results.methods[0].n == [12, 12])
      let written = try (0..<3).map {
        try JSONFile.read(RunMetrics.self, from: folder.run(cells[$0]).metrics).metrics.map(\.value)
      }
      for (number, measure) in results.methods[0].metrics.enumerated() {
        #expect(measure.summary == SampleSummary([written[0][number], written[1][number]]))
      }
      #expect(
        results.methods[0].metrics.map(\.name) == [
          "ACC", "BWT", "FWT", "FGT", "LA", "stripping rate", "stripping precision", "stripping rate, oracle",
        ])
      #expect(results.methods[1].metrics.map(\.summary.deviation).allSatisfy { $0 == nil })
      #expect(results.methods[0].costs.count == 10)
      // One pair only: seed 0.
      let difference = try #require(results.differences.first)
      #expect(results.differences.count == 1 && difference.pairs.map(\.seed) == [0])
      #expect(abs((difference.mean ?? 9) - (written[2][0] - written[0][0])) < 1e-12)
      // JSON keeps all of it.
      let data = try JSONFile.encode(results)
      #expect(try JSONFile.decode(ComparisonResults.self, from: data, path: "results") == results)
    }

    /// Free answers are compared by their scores, also those of a method that infers the task.
    @Test func freeAnswers() throws {
      let scratch = try Scratch()
      let files = try FreeAnswers.write(to: scratch).map(\.path)
      let cells = [cell("sequential"), cell("accrete")]
      let (comparison, folder) = try begun(scratch, cells) {
        $0.source.files = files
        $0.source.scorer = "rouge-l"
        $0.training.learningRate = 5e-3
      }
      for cell in cells { try finish(cell, comparison, folder) }
      let results = try ComparisonResults(comparison, in: folder)
      #expect(results.isComplete && results.methods.map { $0.n } == [[12], [12]])
      let accuracies = results.methods.map { $0.metrics[0].summary.mean }
      #expect(results.methods[0].metrics[0].formula.contains("R: clean score, 0 to 1 (accuracy, rouge-l)"))
      let difference = try #require(results.differences.first)
      #expect(abs((difference.mean ?? 9) - (accuracies[1] - accuracies[0])) < 1e-12 && difference.examples == 12)

      for cell in cells { try FileManager.default.removeItem(at: folder.run(cell).url) }
      let kept = try ComparisonResults(comparison, in: folder)
      #expect(kept.differences == results.differences && kept.methods == results.methods)
      #expect(kept.fromRecords == cells.map(\.name))

      let error = #expect(throws: RunError.self) {
        try begun(scratch, cells) {
          $0.source.files = files
          $0.source.scorer = "macro-f1"
        }
      }
      #expect(error?.description.hasPrefix("`scorer` is macro-f1 for weather, which is not a mean over rows;") == true)
    }

    @Test func otherCodeDataBaseAndOptionsAreRefused() throws {
      let scratch = try Scratch()
      let (comparison, folder) = try begun(scratch, [cell("moe-cl")])
      #expect(throws: Never.self) { try comparison.begin(in: folder) }
      var other = comparison
      other.program = Digest(of: Data("another build".utf8))
      var error = #expect(throws: ComparisonError.self) { try other.begin(in: folder) }
      #expect(differences(error) == ["program was \(comparison.program), is \(other.program)"])

      // Several at once are all named.
      other = comparison
      other.configuration.training.epochs = 9
      other.configuration.rank = 4
      other.libtorch = "1.0.0"
      error = #expect(throws: ComparisonError.self) { try other.begin(in: folder) }
      #expect(
        differences(error) == [
          "configuration.rank was 2, is 4", "configuration.training.epochs was 1, is 9",
          "libtorch was \(comparison.libtorch), is 1.0.0",
        ])

      let file = scratch.url("data/traffic.jsonl")
      try scratch.write(
        Tiny.rows("traffic").replacingOccurrences(of: "no queue", with: "a car"), to: "data/traffic.jsonl")
      let shared = comparison.cells[0].configuration(comparison.configuration)
      error = #expect(throws: ComparisonError.self) {
        try Comparison(shared, cells: comparison.cells).begin(in: folder)
      }
      #expect(differences(error).count == 1)
      #expect(differences(error)[0].hasPrefix("orders.1.dataDigests.\(file.lastPathComponent) was"))
      #expect(try Comparison.read(folder).withoutFolders == comparison.withoutFolders)
    }

    /// Where data and base lie is not an option: what has the same bytes elsewhere goes on.
    @Test func movedDataGoOn() throws {
      let scratch = try Scratch()
      let (comparison, folder) = try begun(scratch, [cell("moe-cl")])
      try FileManager.default.moveItem(at: scratch.url("data"), to: scratch.url("moved"))
      var shared = comparison.cells[0].configuration(comparison.configuration)
      shared.source.files = shared.source.files.map { $0.replacing("/data/", with: "/moved/") }
      let moved = try Comparison(shared, cells: comparison.cells)
      #expect(moved != comparison && moved.withoutFolders == comparison.withoutFolders)
      #expect(throws: Never.self) { try moved.begin(in: folder) }
    }

    @Test func theGridMayGrowAndNotShrink() throws {
      let scratch = try Scratch()
      let (comparison, folder) = try begun(scratch, [cell("moe-cl"), cell("moe-cl", seed: 1)])
      let shared = comparison.cells[0].configuration(comparison.configuration)
      let larger = try Comparison(shared, cells: [cell("per-task"), cell("moe-cl", seed: 1), cell("moe-cl")])
      try larger.begin(in: folder)
      #expect(try Comparison.read(folder).withoutFolders == larger.withoutFolders)
      #expect(throws: ComparisonError.cellsLeftOut(folder: folder.url.path, cells: ["per-task-o1-s0"])) {
        try comparison.begin(in: folder)
      }
      #expect(try Comparison.read(folder).withoutFolders == larger.withoutFolders)
    }

    /// A run that was made otherwise, or whose files were changed afterwards, is not a cell.
    @Test func cellsOfSomethingElseAreRefused() throws {
      let scratch = try Scratch()
      let cell = cell("sequential")
      let (comparison, folder) = try begun(scratch, [cell])
      func refusal() -> String? {
        do {
          guard try CellRecord(checking: cell, in: folder, of: comparison, command: "") == nil else { return nil }
          return "not complete"
        } catch {
          return (error as? ComparisonError)?.description ?? "another error: \(error)"
        }
      }
      // Not bound to the program.
      var made = cell.configuration(comparison.configuration)
      try SequenceRun.start(made, in: folder.run(cell).url).run()
      #expect(
        refusal()?.contains("program: expected \(comparison.program), got nothing") == true, "\(refusal() ?? "taken")")
      // With another option.
      try FileManager.default.removeItem(at: folder.run(cell).url)
      made.training.learningRate *= 2
      try SequenceRun.start(made, in: folder.run(cell).url, program: comparison.program).run()
      #expect(refusal()?.contains("configuration.training.learningRate: expected") == true, "\(refusal() ?? "taken")")

      try FileManager.default.removeItem(at: folder.run(cell).url)
      try finish(cell, comparison, folder)
      #expect(try CellRecord.read(cell, in: folder, of: comparison) != nil)
      // One answer that was right is wrong now.
      let file = folder.run(cell).predictions(row: 2, task: "weather")
      let before = try Data(contentsOf: file)
      var text = String(decoding: before, as: UTF8.self)
      text = text.replacingOccurrences(of: "\"gold\":0", with: "\"gold\":1")
      try #require(text != String(decoding: before, as: UTF8.self))
      try Data(text.utf8).write(to: file)
      #expect(refusal()?.contains("is not what the run wrote") == true, "\(refusal() ?? "taken")")
      let seal = folder.run(cell).seal
      let sealed = try Data(contentsOf: seal)
      try reseal(folder.run(cell).url)
      #expect(refusal()?.contains("beside the predictions") == true, "\(refusal() ?? "taken")")
      let error = #expect(throws: ComparisonError.self) { try CellRecord.read(cell, in: folder, of: comparison) }
      #expect("\(error, default: "")".contains("the predictions, which sequential-o1-s0.json names"))
      #expect(throws: ComparisonError.self) { try ComparisonResults(comparison, in: folder) }
      try before.write(to: file)
      try sealed.write(to: seal)
      #expect(throws: Never.self) { try ComparisonResults(comparison, in: folder) }
      // The result of another cell under this one's name.
      var result = try #require(try CellRecord.read(cell, in: folder, of: comparison))
      result.cell.seed = 7
      try result.write(to: folder.result(cell))
      #expect(throws: ComparisonError.self) { try ComparisonResults(comparison, in: folder) }
    }

    /// A run that is bound to a program is begun and resumed by no other.
    @Test func boundRuns() throws {
      let scratch = try Scratch()
      let configuration = Tiny.configuration(try Tiny.write(to: scratch))
      let other = Digest(of: Data("another build".utf8))
      #expect(throws: RunError.self) {
        try SequenceRun.start(configuration, in: scratch.url("run"), program: other)
      }
      #expect(!FileManager.default.fileExists(atPath: scratch.url("run").path))
      do { _ = try SequenceRun.start(configuration, in: scratch.url("run"), program: ProgramCode.digest()) }
      #expect(throws: Never.self) { _ = try SequenceRun.resume(scratch.url("run")) }
      let manifest = RunFolder(scratch.url("run")).manifest
      let text = try String(contentsOf: manifest, encoding: .utf8)
      try Data(text.replacingOccurrences(of: "\(try ProgramCode.digest())", with: "\(other)").utf8).write(to: manifest)
      let error = #expect(throws: RunError.self) { try SequenceRun.resume(scratch.url("run")) }
      #expect("\(error, default: "")".contains("the program has changed"))
    }

    @Test func oneProcessAtATimeAndNobodyElsesFolder() throws {
      let scratch = try Scratch()
      let (_, folder) = try begun(scratch, [cell("moe-cl")])
      let lock = try ComparisonLock(folder)
      let error = #expect(throws: ComparisonError.self) { try ComparisonLock(folder) }
      guard case .inUse(_, let by, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(by.contains("process \(getpid())"))
      withExtendedLifetime(lock) {}
      try scratch.write("mine", to: "elsewhere/notes.txt")
      #expect(throws: ComparisonError.notAComparison(folder: scratch.url("elsewhere").path)) {
        try ComparisonFolder(scratch.url("elsewhere")).create()
      }
      // A link out of it is not followed.
      try FileManager.default.createSymbolicLink(
        at: folder.cells.appendingPathComponent("moe-cl-o1-s0"), withDestinationURL: scratch.url("elsewhere"))
      #expect(throws: FileError.self) { try Comparison.read(folder) }
    }

    @Test func hostileComparisons() throws {
      let scratch = try Scratch()
      let (comparison, _) = try begun(scratch, [cell("moe-cl")])
      let text = String(decoding: try JSONFile.encode(comparison), as: UTF8.self)
      for (old, new) in [
        ("\"moe-cl\"", "\"../../etc\""), ("\"moe-cl\"", "\"\""), ("\"order\" : 1", "\"order\" : -1"),
        ("\"order\" : 1", "\"order\" : 2"), ("\"seed\" : 0\n    }", "\"seed\" : -1\n    }"),
      ] {
        let changed = text.replacingOccurrences(of: old, with: new)
        try #require(changed != text, "\(old)")
        #expect(throws: FileError.self, "\(new)") {
          try Comparison.decode(Data(changed.utf8), path: "comparison.json")
        }
      }
    }
  }
}
