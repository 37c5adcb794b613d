import Decoder
import Experts
import Testing
import Torch

/// Does every row of a mixed batch get what it would get alone?
@Suite struct GroupedTests {
  let model: DecoderModel
  let rows: [[Int]]

  init() throws {
    model = try Goldens.model()
    rows = try Goldens.rows()
  }

  private func selections() throws -> [any ExpertSelection] {
    [
      LowRankSelection(try Goldens.expert("lora", model.configuration)),
      LowRankSelection(try Goldens.expert("task1", model.configuration)),
      LowRankSelection(try Goldens.expert("task2", model.configuration)),
    ]
  }

  @Test(arguments: [[0, 1, nil, 2], [1, nil, 1, 0], [2, 2, 2, 2], [nil, nil, 0, nil], [1, 1, 1, nil]])
  func eachRowEqualsItselfAlone(choices: [Int?]) throws {
    let selections = try selections()
    let mixed = try model.logits(rows, experts: GroupedSelection(selections, rows: choices, lengths: rows.map(\.count)))
    for (number, choice) in choices.enumerated() {
      let alone = try model.logits([rows[number]], experts: choice.map { selections[$0] })[0]
      let distance = try difference(mixed[number], alone)
      #expect(distance < 1e-5, "row \(number) differs by \(distance)")
    }
  }

  @Test func theExpertsDoDiffer() throws {
    let row = [rows[0]]
    let all = try [nil] + selections().map { $0 as (any ExpertSelection)? }
    let logits = try all.map { try model.logits(row, experts: $0)[0] }
    for a in logits.indices {
      for b in logits.indices where a < b { #expect(try difference(logits[a], logits[b]) > 1e-2) }
    }
  }

  @Test(arguments: [3, -1])
  func anExpertThatIsNotThere(choice: Int) throws {
    let selections = try selections()
    #expect(
      throws: ExpertError.invalidHyperparameter(name: "expert of row 1", value: "\(choice)", allowed: "0 to 2")
    ) { try GroupedSelection(selections, rows: [0, choice], lengths: [2, 3]) }
  }

  /// Also where one expert serves all rows, and nothing has to be put together.
  @Test(arguments: [[0, 1, nil, 2, 0], [0, 1], [0], [1, 1, 1, 1, 1], []])
  func aBatchOfAnotherSizeIsRefused(choices: [Int?]) throws {
    #expect(throws: ExpertError.rowsDiffer(expected: choices.count, got: 4)) {
      try GroupedSelection(selections(), rows: choices, lengths: rows.map(\.count))
    }
    let lengths = choices.map { _ in 2 }
    let tokens = rows.reduce(0) { $0 + $1.count }
    let grouped = try GroupedSelection(selections(), rows: choices, lengths: lengths)
    #expect(throws: ExpertError.rowsDiffer(expected: 2 * choices.count, got: tokens)) {
      try model.logits(rows, experts: grouped)
    }
  }
}
