import Files
import Foundation
import Testing

@testable import Streams

/// Rows that are short: how many of them a file may have, and what is said of them.
@Suite struct ManyRowsTests {
  private let location = RowLocation(file: "rows")

  private func refusal(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "none"
    } catch {
      return "\(error)"
    }
  }

  @Test func oneRowTooMany() throws {
    let lines = Data("{}\n\n{}\n{}\n".utf8)
    let list = Data("[{},\n{},\n\n{}]".utf8)
    func lineRows(_ most: Int) throws -> Int {
      var count = 0
      try SourceFile(lines, location: location, mostRows: most).forEachRow { _ in count += 1 }
      return count
    }
    #expect(try lineRows(3) == 3)
    #expect(try SourceFile(list, location: location, mostRows: 3).rowsOfArray().count == 3)
    let line = refusal { _ = try lineRows(2) }
    #expect(line.contains("rows:4") && line.contains("at most 2 rows in a file of \(lines.count) bytes"), "\(line)")
    let row = refusal { _ = try SourceFile(list, location: location, mostRows: 2).rowsOfArray() }
    #expect(row.contains("rows:4 (row 2") && row.contains("at most 2 rows"), "\(row)")
  }

  /// What the docs say: four million, and one for every 64 bytes.
  @Test func theLimit() throws {
    #expect(try SourceFile(Data("{}".utf8), location: location).mostRows == 4_000_000)
    #expect(try SourceFile(Data(repeating: 0x20, count: 6400), location: location).mostRows == 4_000_100)
  }

  /// Rows that train and rows that are scored stay in the order of the file, by their names.
  @Test func splitsKeepTheirOrder() throws {
    let splits = ["test", "train", "train", "test", "train", "test", "train", "train"]
    let rows = splits.enumerated().map { number, split in
      let id = number == 4 ? #""id":"own","# : ""
      return #"{\#(id)"text":"t\#(number)","label":"\#(number.isMultiple(of: 2) ? "a" : "b")","split":"\#(split)"}"#
    }
    let task = try RowReader().read(
      Data(rows.joined(separator: "\n\n").utf8), as: URL(fileURLWithPath: "/x/task.jsonl"))
    #expect(task.train.map(\.id) == ["task/train/1", "task/train/2", "own", "task/train/6", "task/train/7"])
    #expect(task.train.map(\.text) == ["t1", "t2", "t4", "t6", "t7"])
    #expect(task.test.map(\.id) == ["task/test/0", "task/test/3", "task/test/5"])
    #expect(task.test.map(\.text) == ["t0", "t3", "t5"])
  }

  /// The later line is to blame, whichever split it is of, and the earlier one is named.
  @Test(arguments: [("train", "test"), ("test", "train"), ("test", "test")])
  func twoRowsOfOneId(first: String, second: String) throws {
    let rows = ["train", first, "test", second, "train"].enumerated().map { number, split in
      let id = number == 1 || number == 3 ? "same" : "\(number)"
      return #"{"id":"\#(id)","text":"t","label":"\#(number.isMultiple(of: 2) ? "a" : "b")","split":"\#(split)"}"#
    }
    let error = refusal {
      _ = try RowReader().read(
        Data(rows.joined(separator: "\n").utf8), as: URL(fileURLWithPath: "/x/task.jsonl"))
    }
    #expect(error.contains(":4: ") || error.contains(":4,"), "\(error)")
    #expect(error.contains("task.jsonl:2 has already"), "\(error)")
  }
}
