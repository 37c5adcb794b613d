import Files
import Foundation
import Generation
import Learning
import Streams
import TestSupport
import Testing
import Tokenization

@testable import Records
@testable import Runs
@testable import Verification

extension RunTests {
  /// Is a run with free answers as whole, as exact and as watched as one of labels?
  @Suite struct FreeAnswerTests {
    let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private func finished(_ method: String = "moe-cl", scorer: String? = "rouge-l") throws -> RunFolder {
      let folder = RunFolder(scratch.url("run"))
      var configuration = FreeAnswers.configuration(try FreeAnswers.write(to: scratch), method: method, scorer: scorer)
      // Its answers are to be partly right.
      if method == "per-task" { configuration.base = Tiny.wholeBase.path }
      try SequenceRun.start(configuration, in: folder.url, bases: .shared).run()
      return folder
    }

    private func failures(_ folder: RunFolder) throws -> [String] {
      // What is found behind the digests.
      try reseal(folder.url)
      return try RunVerification(folder.url).failures.map(\.what).filter { $0 != sealedFiles }
    }

    @Test(arguments: MethodCatalog.names) func everythingIsThere(method: String) throws {
      let folder = try finished(method)
      let manifest = try folder.readManifest()
      let scoring = manifest.scoring(of: "echo")
      #expect(scoring.answers == .written && scoring.clean.name == "rouge-l" && scoring.legacy == nil)
      #expect(scoring.leftOut.isEmpty && scoring.clean.highest == 1 && !manifest.isPlainAccuracy)
      #expect(manifest.scoring(of: "weather").isPlainAccuracy && manifest.rows["echo"]?.cutAnswers == nil)
      let limit = try #require(scoring.answerTokens)
      let file = try MatrixFile.read(folder.matrix)
      #expect(file.measures == ["accuracy", "rouge-l"] && file.column == .clean && file.n == [6, 6])
      #expect(file.rows.contains("clean score, 0 to 1 (accuracy, rouge-l) on task j"))
      #expect(!FileManager.default.fileExists(atPath: folder.legacyMatrix.path))
      for row in 0...2 {
        let answers = try PredictionsFile.decodeWritten(
          Data(contentsOf: folder.predictions(row: row, task: "echo")), path: "echo")
        #expect(answers.map(\.index) == Array(12..<18) && answers[0].gold == "sun in the north")
        for answer in answers {
          let again = try RougeL(.clean).score(prediction: answer.answer, reference: answer.gold)
          #expect(answer.clean == again && answer.legacy == nil && answer.tokens <= limit)
          #expect(answer.isCut == (answer.tokens == limit))
        }
        #expect(file.scores[row][1] == answers.reduce(0) { $0 + ($1.clean ?? 0) } / 6)
        #expect(file.cut?[row] == [nil, answers.count(where: \.isCut)])
      }
      // After two passes something else is written; by an expert of its own something of the answers.
      let (untrained, learned) = (folder.predictions(row: 0, task: "echo"), folder.predictions(row: 2, task: "echo"))
      #expect(try Data(contentsOf: untrained) != Data(contentsOf: learned))
      #expect(try method != "per-task" || #require(file.scores[2][1]) > 0.1)
      let metrics = try JSONFile.read(RunMetrics.self, from: folder.metrics)
      #expect(
        metrics.metrics.prefix(5).map(\.name) == ["ACC", "BWT", "FWT", "FGT", "LA"] && metrics.legacyMetrics == nil)
      #expect(metrics.metrics[0].formula.hasPrefix(TaskMatrix.averageAccuracyFormula + "; R: clean score, 0 to 1"))
      #expect(metrics.metrics[0].interval95 != nil && metrics.metrics[0].n == 12)
      let matrix = try file.matrix()
      #expect(metrics.metrics[0].value == matrix.averageAccuracy && metrics.metrics[1].value == matrix.backwardTransfer)
      let verification = try RunVerification(folder.url)
      #expect(verification.failures.isEmpty)
      #expect(verification.checks.first { $0.what.hasPrefix("matrix") }?.found == "6 cells")
    }

    /// Stopped at a step of the task of free answers, and while its answers are scored: the same bytes in the end.
    @Test func stoppedRunsGoOnToTheSameBytes() throws {
      let whole = try finished()
      let configuration = try whole.readManifest().configuration
      func steps(_ folder: RunFolder) -> Int {
        ((try? Data(contentsOf: folder.events)) ?? Data()).count { $0 == UInt8(ascii: "\n") }
      }
      #expect(steps(whole) == 12)
      var scoring = 0
      for (name, stops) in [
        ("step", { (folder: RunFolder) in steps(folder) >= 8 }),
        // The first row is scored in two batches at least: one of labels, one of free answers.
        (
          "first row",
          { (folder: RunFolder) in
            scoring += 1
            return scoring >= 2
          }
        ),
        (
          "last row",
          { (folder: RunFolder) in
            let file = folder.predictions(row: 2, task: "weather").path
            return FileManager.default.fileExists(atPath: file)
          }
        ),
      ] {
        let folder = RunFolder(scratch.url(name))
        let error = #expect(throws: RunError.self) {
          try SequenceRun.start(configuration, in: folder.url).run { stops(folder) ? .stop(signal: 15) : nil }
        }
        guard case .interrupted = error else {
          Issue.record("\(name): expected an interruption, got \(String(describing: error))")
          continue
        }
        try SequenceRun.resume(folder.url).run()
        #expect(differences(try decided(whole.url), try decided(folder.url)).isEmpty, "\(name)")
      }
      // A stored state answers as it did.
      for row in 0...2 {
        let run = try SequenceRun.open(whole.url, after: row, bases: .shared)
        for task in FreeAnswers.tasks {
          #expect(
            try run.evaluate(task: task).lines() == Data(contentsOf: whole.predictions(row: row, task: task)))
        }
      }
    }

    @Test func changedAnswersAreFound() throws {
      let folder = try finished("per-task")
      let file = folder.predictions(row: 2, task: "echo")
      let good = try Data(contentsOf: file)
      let lines = try PredictionsFile.decodeWritten(good, path: "echo")
      let one = lines[0]
      func replaced(
        gold: String? = nil, answer: String? = nil, tokens: Int? = nil, isCut: Bool? = nil, clean: Double?? = nil
      ) -> WrittenAnswer {
        WrittenAnswer(
          index: one.index, gold: gold ?? one.gold, answer: answer ?? one.answer, tokens: tokens ?? one.tokens,
          isCut: isCut ?? one.isCut, clean: clean ?? one.clean, legacy: nil)
      }
      let limit = try #require(try folder.readManifest().scoring(of: "echo").answerTokens)
      let changes: [(String, WrittenAnswer)] = [
        ("a better answer", replaced(answer: one.gold)), ("another right answer", replaced(gold: one.answer)),
        ("a better score", replaced(clean: 1)), ("no score", replaced(clean: .some(nil))),
        ("cut", replaced(isCut: !one.isCut)), ("too long", replaced(tokens: limit + 1, isCut: true)),
        ("a better answer and score", replaced(answer: one.gold, clean: 1)),
      ]
      for (what, change) in changes {
        try TaskAnswers.written([change] + lines.dropFirst()).lines().write(to: file)
        #expect(try failures(folder).contains("matrix from predictions"), "\(what)")
      }
      // Rows that are missing, and rows of another kind.
      try TaskAnswers.written(Array(lines.dropFirst())).lines().write(to: file)
      #expect(try failures(folder) == ["matrix from predictions", "metrics from matrix"])
      try Data(contentsOf: folder.predictions(row: 2, task: "weather")).write(to: file)
      #expect(try failures(folder) == ["matrix from predictions", "metrics from matrix"])
      try good.write(to: file)
      #expect(try failures(folder).isEmpty)
      // The matrix's own claims.
      let text = try String(contentsOf: folder.matrix, encoding: .utf8)
      try Data(text.replacing("\"rouge-l\"", with: "\"accuracy\"").utf8).write(to: folder.matrix)
      #expect(try failures(folder) == ["matrix from predictions"])
    }

    /// With the task inferred, free answers are written by the experts of the router's choice, and watched as closely.
    @Test func inferredTasks() throws {
      let folder = try finished("accrete")
      let manifest = try folder.readManifest()
      let inferredFile = try InferredMatrixFile.read(folder.inferredMatrix)
      #expect(
        inferredFile.matrix.rows.contains("clean score, 0 to 1 (accuracy, rouge-l) on task j")
          && inferredFile.matrix.n == [6, 6])
      let told = try PredictionsFile.decodeWritten(
        Data(contentsOf: folder.predictions(row: 2, task: "echo")), path: "echo")
      let file = folder.routedPredictions(row: 2, task: "echo")
      let answers = try RoutedPrediction.read(file, answers: .written)
      #expect(answers.count == 6 && told.count == 6)
      for (answer, told) in zip(answers, told) {
        let written = try #require(answer.written)
        #expect(answer.prediction == nil && written.index == told.index && written.gold == told.gold)
        #expect(try written.clean == RougeL(.clean).score(prediction: written.answer, reference: written.gold))
        if answer.expert == "echo" { #expect(written == told) }
      }
      #expect(inferredFile.matrix.scores[2][1] == answers.reduce(0) { $0 + ($1.written?.clean ?? 0) } / 6)
      let metrics = try JSONFile.read(RunMetrics.self, from: folder.metrics).metrics
      let inferred = try #require(metrics.first { $0.name == "ACC, task inferred" })
      #expect(inferred.formula.hasPrefix("ACC, task inferred = ") && inferred.formula.contains("R: clean score"))
      #expect(
        try inferred.value == TaskMatrix(tasks: manifest.tasks, scores: inferredFile.matrix.scores).averageAccuracy)
      #expect(metrics.first { $0.name == "router accuracy" }?.n == 12)

      let good = try Data(contentsOf: file)
      var changed = answers
      changed[0].written = answers[1].written
      for (lines, what) in [
        (try JSONFile.lines(changed), "another row's answer"),
        (try Data(contentsOf: folder.predictions(row: 2, task: "weather")), "labels"),
        (try Data(contentsOf: folder.routedPredictions(row: 2, task: "weather")), "answers of another kind"),
      ] {
        try lines.write(to: file)
        #expect(try failures(folder).contains("inferred matrix from predictions"), "\(what)")
      }
      try good.write(to: file)
      #expect(try failures(folder).isEmpty)
    }

    @Test func longAnswersAreCutAndCounted() throws {
      let files = try FreeAnswers.write(to: scratch, longAnswer: true)
      var configuration = FreeAnswers.configuration(files, scorer: nil)
      configuration.maxAnswerTokens = 20
      let run = try SequenceRun.start(configuration, in: scratch.url("run"))
      #expect(run.manifest.rows["echo"]?.cutAnswers == 2 && run.manifest.scoring(of: "echo").answerTokens == 20)
      #expect(run.manifest.scoring(of: "echo").clean.name == "accuracy")
      let cut = run.tasks[1].training.filter { $0.answerIds.last != run.base.endToken }
      #expect(cut.map(\.index) == [5, 11] && cut.allSatisfy { $0.answerIds.count == 20 })
      // Half of the longest example, where nothing is said.
      configuration.maxAnswerTokens = nil
      configuration.training.maxLength = 60
      let other = try SequenceRun.start(configuration, in: scratch.url("other"))
      #expect(other.manifest.scoring(of: "echo").answerTokens == 30 && other.manifest.rows["echo"]?.cutAnswers == 2)
      #expect(other.tasks[1].evaluated.allSatisfy { $0.promptIds.count <= 30 })
      // Without a long one it is the longest training answer.
      try scratch.write(FreeAnswers.rows(), to: "data/echo.jsonl")
      let short = try SequenceRun.start(configuration, in: scratch.url("short"))
      let longest = try #require(short.tasks[1].training.map(\.answerIds.count).max())
      #expect(short.manifest.scoring(of: "echo").answerTokens == longest && longest < 12)
      #expect(short.manifest.rows["echo"]?.cutAnswers == nil)
      // A scored row leaves room for that much, whatever its right answer has.
      configuration.training.maxLength = 15
      let tight = try SequenceRun.start(configuration, in: scratch.url("tight")).tasks[1]
      let rows = tight.evaluated.filter { $0.droppedTokens > 0 }
      #expect(rows.allSatisfy { $0.promptIds.count == 15 - tight.answerTokens })
      #expect(rows.contains { $0.answerIds.count != tight.answerTokens })
    }

    @Test func trialsWriteToo() throws {
      let files = try FreeAnswers.write(to: scratch)
      let out = scratch.url("trial/run")
      let trial = try DryRun(FreeAnswers.configuration(files), out: out)
      #expect(!FileManager.default.fileExists(atPath: scratch.url("trial").path))
      let run = try SequenceRun.start(FreeAnswers.configuration(files), in: scratch.url("run"))
      let echo = run.tasks[1]
      let tokens = echo.evaluated.reduce(0) { $0 + $1.promptIds.count + echo.answerTokens }
      #expect(trial.writtenBatchTokens == tokens && trial.writtenTokens == 3 * tokens)
      #expect(trial.writtenBatchSeconds > 0 && trial.scoredBatchSeconds > 0)
      #expect(trial.scoredTokens == 3 * run.tasks[0].evaluated.reduce(0) { $0 + $1.promptIds.count })
      try run.run()
      let used = try tree(run.folder.url).values.reduce(0) { $0 + $1.count }
      #expect(trial.diskBytes >= used)
      // Free answers alone.
      let alone = try DryRun(FreeAnswers.configuration([files[1]]), out: out)
      #expect(alone.scoredTokens == 0 && alone.scoredBatchTokens == 0 && alone.writtenTokens == 2 * tokens)
    }

    @Test func whatCannotBeIsRefused() throws {
      let files = try FreeAnswers.write(to: scratch)
      func refusal(_ change: (inout RunConfiguration) -> Void) -> String {
        var configuration = FreeAnswers.configuration(files, scorer: nil)
        change(&configuration)
        do {
          _ = try SequenceRun.start(configuration, in: scratch.url("run"))
          return "none"
        } catch { return "\(error)" }
      }
      for head in [OutputHead.trained, .ridge, .both] {
        #expect(
          refusal { $0.outputHead = head }
            == "task `echo`: the output head `\(head.rawValue)` for free answers, which are not labels, is not supported. Let the model write them: --output-head label."
        )
      }
      #expect(refusal { $0.source.scorer = "bleu" }.hasPrefix("`scorer` is bleu; allowed: accuracy, numeric-accuracy,"))
      let unsuited = refusal {
        $0.source.files = [files[0].path]
        $0.source.scorer = "rouge-l"
      }
      #expect(
        unsuited.hasPrefix("`scorer` is rouge-l, which suits no task of these (classification); allowed: macro-f1"))
      let suite = refusal {
        $0.source.suite = "trace"
        $0.source.data = "/nowhere"
        $0.source.scorer = "sari"
      }
      #expect(suite.hasPrefix("`scorer` is given together with suite trace; allowed: your own tasks"))
      #expect(refusal { $0.maxAnswerTokens = 0 } == "`max-answer-tokens` is 0; allowed: 1 or more")
      #expect(refusal { $0.trainLimit = 0 } == "`train-limit` is 0; allowed: 1 or more, or leave it out for all")
      let room = refusal {
        $0.training.maxLength = 8
        $0.maxAnswerTokens = 9
      }
      #expect(room.contains("expected at most 8 tokens") && room.contains("Raise the maximum length"))
      #expect(!FileManager.default.fileExists(atPath: scratch.url("run").path))
    }

    /// Labels by macro-F1: the matrix has it, the intervals are of it, and the free answers beside them keep their accuracy.
    @Test func labelsByMacroF1() throws {
      let folder = try finished("per-task", scorer: "macro-f1")
      let file = try MatrixFile.read(folder.matrix)
      #expect(file.measures == ["macro-f1", "accuracy"])
      for row in 0...2 {
        let predictions = try PredictionsFile.read(folder.predictions(row: row, task: "weather"))
        let answers = predictions.map {
          ScoredAnswer(prediction: ["bad", "good"][$0.predicted], reference: ["bad", "good"][$0.gold])
        }
        #expect(try file.scores[row][0] == MacroF1(labels: ["bad", "good"]).score(answers))
      }
      #expect(try failures(folder).isEmpty)
      let metrics = try JSONFile.read(RunMetrics.self, from: folder.metrics)
      #expect(metrics.metrics[0].interval95?.draws == 1000)
    }

    @Test func limitsOfRows() throws {
      var configuration = FreeAnswers.configuration(try FreeAnswers.write(to: scratch))
      configuration.perClass = 3
      let run = try SequenceRun.start(configuration, in: scratch.url("run"))
      #expect(run.tasks.map(\.training.count) == [6, 3])
      configuration.trainLimit = 4
      let limited = try SequenceRun.start(configuration, in: scratch.url("limited"))
      #expect(limited.tasks.map(\.training.count) == [4, 3])
      configuration.evaluateOn = .validation
      configuration.testLimit = 2
      let validation = try SequenceRun.start(configuration, in: scratch.url("validation"))
      let trained = Set(validation.tasks[1].training.map(\.index))
      let scored = validation.tasks[1].evaluated.map(\.index)
      #expect(trained.count == 3 && scored.count == 2 && trained.isDisjoint(with: scored))
    }

    /// What is written begins with the space that belongs to the protocol; it is not part of the answer, a second one is.
    @Test func theSpaceBeforeAnAnswer() throws {
      let run = try SequenceRun.start(
        FreeAnswers.configuration(FreeAnswers.write(to: scratch)), in: scratch.url("run"))
      for (written, answer) in [(" 7", "7"), ("  7", " 7"), ("7", "7"), (" ", ""), ("", ""), (" \u{301}", "\u{301}")] {
        let ids = try run.base.tokenizer.encode(written, addSpecialTokens: false)
        #expect(try Array(run.base.text(ofAnswer: ids).utf8) == Array(answer.utf8))
      }
      #expect(try run.base.text(ofAnswer: [run.base.endToken]) == "")
    }

    /// A task of free answers has no labels whose change could be counted; its merge is measured all the same.
    @Test func exportedMixtures() throws {
      let folder = try finished()
      let base = try Base(folder: Tiny.base)
      let record = try StoredRun(folder.url, model: base.model).export(task: "echo", base: base).record
      #expect(record.deviation?.rows == 6 && record.deviation?.labels == nil)
    }
  }
}
