import Streams
import Testing

/// The literal rows come from `Scripts/reference/protocol_streams.py`.
@Suite struct RowSelectionTests {
  private let labels = "abbacabcaabbccabcaba".map(String.init)

  @Test func rowsPerClass() {
    #expect(
      RowSelection.trainingRows(labels: labels, perClass: 2, seed: 7, task: "toy") == [5, 9, 10, 13, 16, 18])
    #expect(
      RowSelection.trainingRows(labels: labels, perClass: 5, seed: 7, task: "toy")
        == [0, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 17, 18])
    #expect(RowSelection.trainingRows(labels: labels, perClass: nil, seed: 7, task: "toy") == Array(0..<20))
    #expect(RowSelection.trainingRows(labels: labels, perClass: -1, seed: 7, task: "toy") == [])
  }

  @Test func rowsInAll() {
    func rows(_ perClass: Int?, _ limit: Int) -> [Int] {
      RowSelection.trainingRows(labels: labels, perClass: perClass, trainLimit: limit, seed: 7, task: "toy")
    }
    #expect(rows(nil, 6) == [9, 10, 12, 13, 16, 18])
    // Row 12 would be a third of its label.
    #expect(rows(2, 5) == [9, 10, 13, 16, 18] && rows(2, 6) == [5, 9, 10, 13, 16, 18])
    #expect(rows(nil, 99) == Array(0..<20) && rows(nil, 0) == [])
  }

  /// Twenty rows, every text twice.
  @Test func theValidationPart() {
    let texts = (0..<20).map { "text \($0 / 2)" }
    let part = RowSelection.validationPart(texts: texts, task: "toy")
    #expect(part == [18, 19, 12, 13])
    #expect(RowSelection.validationPart(texts: texts, task: "other") != part)
    // The fifth of three rows is one; a text that is there twice would bring both of its rows.
    #expect(RowSelection.validationPart(texts: ["a", "b", "a"], task: "toy") == [1])
    #expect(RowSelection.validationPart(texts: ["t", "t", "t"], task: "toy") == [0, 1, 2])
    #expect(RowSelection.validationPart(texts: [], task: "toy") == [])
    func beside(_ perClass: Int?, _ limit: Int? = nil) -> [Int] {
      RowSelection.trainingRows(
        labels: labels, held: Set(part), perClass: perClass, trainLimit: limit, seed: 7, task: "toy")
    }
    #expect(beside(2) == [2, 4, 5, 9, 10, 16])
    #expect(beside(nil) == (0..<20).filter { !part.contains($0) })
    #expect(beside(nil, 6) == [0, 2, 5, 9, 10, 16])
  }

  /// Rows to weigh output heads on: the validation part, or where that is scored the part with the next hashes.
  @Test func rowsThatAreKeptApart() throws {
    let train = (0..<50).map { Example(id: "\($0)", index: $0, text: "text \($0)", answer: $0 % 2 == 0 ? "a" : "b") }
    let task = LearningTask(name: "toy", instruction: "", cue: "", labels: ["a", "b"], train: train, test: train)
    let part = RowSelection.validationPart(texts: train.map(\.text), task: "toy")
    #expect(part.count == 10)
    let plain = try RowSelection(of: task, seed: 0)
    #expect(plain.combining.isEmpty && plain.training == Array(0..<50))
    let rows = try RowSelection(of: task, combining: true, seed: 0)
    #expect(rows.combining == part.sorted() && rows.training == (0..<50).filter { !part.contains($0) })
    #expect(rows.evaluated == Array(0..<50))
    // Ten are scored; of the forty that are left, eight.
    let rest = (0..<50).filter { !part.contains($0) }
    let next = RowSelection.validationPart(texts: rest.map { train[$0].text }, task: "toy").map { rest[$0] }
    let scored = try RowSelection(of: task, evaluation: .validation, combining: true, seed: 0)
    #expect(scored.evaluated == part.sorted() && scored.combining == next.sorted() && next.count == 8)
    #expect(scored.training.count == 32 && Set(scored.training).isDisjoint(with: part + next))
    // A quarter of twelve rows that are trained on, those with the lowest hashes.
    let few = try RowSelection(of: task, perClass: 6, combining: true, seed: 0)
    #expect(few.training.count == 12 && few.combining == part.prefix(3).sorted())
    #expect(Set(few.training).isDisjoint(with: part))
    #expect(throws: StreamError.self) {
      let one = LearningTask(
        name: "toy", instruction: "", cue: "", labels: ["a", "b"], train: [train[0]], test: train)
      return try RowSelection(of: one, combining: true, seed: 0)
    }
  }

  /// The first rows that a choice of 50 of each label leaves over are of the frequent label alone: what was scored once.
  @Test(arguments: [0, 1, 2] as [UInt64])
  func validationRowsOfAFileSortedByLabelAreARandomPart(seed: UInt64) throws {
    let train = (0..<2000).map { row in
      Example(id: "\(row)", index: row, text: "text \(row)", answer: row < 1800 ? "ok" : "violation")
    }
    let task = LearningTask(
      name: "sorted", instruction: "", cue: "", labels: ["ok", "violation"], train: train, test: train)
    let rows = try RowSelection(of: task, perClass: 50, evaluation: .validation, limit: 300, seed: seed)
    #expect(rows.training.count == 100 && rows.evaluated.count == 300)
    #expect(Set(rows.training).isDisjoint(with: rows.evaluated))
    // 30 are expected, with a standard deviation of 4.8 (hypergeometric).
    let violations = rows.evaluated.count { train[$0].answer == "violation" }
    #expect((16...44).contains(violations))
    // From all of the file, not from its beginning.
    let mean = Double(rows.evaluated.reduce(0, +)) / 300
    #expect(abs(mean - 1000) < 130)
    // The same rows with every seed, and with other training rows.
    #expect(try RowSelection(of: task, evaluation: .validation, limit: 300, seed: 9).evaluated == rows.evaluated)
  }

  @Test func testRows() {
    #expect(RowSelection.testRows(count: 20, limit: 6, task: "toy") == [3, 5, 6, 13, 14, 19])
    #expect(RowSelection.testRows(count: 3, limit: nil, task: "toy") == [0, 1, 2])
    #expect(RowSelection.testRows(count: 3, limit: 9, task: "toy") == [0, 1, 2])
    #expect(RowSelection.testRows(count: -3, limit: -9, task: "toy") == [])
  }

  private func task(kind: LearningTask.Kind = .classification) -> LearningTask {
    let train = labels.enumerated().map { Example(id: "\($0)", index: $0, text: "text \($0 / 2)", answer: $1) }
    return LearningTask(
      name: "toy", instruction: "", cue: "", labels: ["a", "b", "c"], train: train, test: train, kind: kind)
  }

  @Test func ofATask() throws {
    let test = try RowSelection(of: task(), perClass: 2, limit: 6, seed: 7)
    #expect(test.training == [5, 9, 10, 13, 16, 18] && test.evaluated == [3, 5, 6, 13, 14, 19])
    let validation = try RowSelection(of: task(), perClass: 2, evaluation: .validation, limit: 4, seed: 7)
    #expect(validation.training == [2, 4, 5, 9, 10, 16])
    #expect(validation.evaluated == [12, 13, 18, 19] && validation.evaluation == .validation)
    let few = try RowSelection(of: task(), trainLimit: 6, evaluation: .validation, limit: 3, seed: 7)
    #expect(few.training == [0, 2, 5, 9, 10, 16] && few.evaluated == [12, 18, 19])
    let all = try RowSelection(of: task(), evaluation: .validation, seed: 7)
    #expect(all.training.count == 16 && all.evaluated == [12, 13, 18, 19])
  }

  /// Free answers are one class, however many different ones there are.
  @Test func freeAnswersAreOneClass() throws {
    let rows = try RowSelection(of: task(kind: .generation), perClass: 3, limit: 6, seed: 7)
    #expect(rows.training == [9, 13, 18] && rows.evaluated == [3, 5, 6, 13, 14, 19])
    #expect(try RowSelection(of: task(kind: .generation), seed: 7).training.count == 20)
  }

  @Test func nothingToTrainOnOrToScore() {
    #expect(throws: StreamError.self) { try RowSelection(of: task(), perClass: 0, seed: 7) }
    #expect(throws: StreamError.self) { try RowSelection(of: task(), limit: 0, seed: 7) }
    #expect(throws: StreamError.self) { try RowSelection(of: task(), evaluation: .validation, limit: 0, seed: 7) }
    let same = LearningTask(
      name: "toy", instruction: "", cue: "", labels: ["a"],
      train: (0..<9).map { Example(id: "\($0)", index: $0, text: "t", answer: "a") }, test: [])
    let error = #expect(throws: StreamError.self) { try RowSelection(of: same, evaluation: .validation, seed: 7) }
    #expect(error?.description.contains("more different texts") == true)
    #expect(throws: StreamError.self) { try RowSelection(of: task(), trainLimit: 0, seed: 7) }
    #expect(throws: StreamError.self) { try RowSelection(of: task(kind: .generation), perClass: 0, seed: 7) }
  }
}
