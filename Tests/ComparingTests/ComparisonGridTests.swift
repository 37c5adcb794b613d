import Foundation
import Learning
import Records
import Runs
import Testing

@testable import Comparing

/// What does a grid's text mean, and what is refused?
@Suite struct ComparisonGridTests {
  private func names(
    _ methods: String? = nil, _ orders: String? = nil, _ seeds: String? = nil, _ parts: [String] = []
  ) throws -> [String] {
    try ComparisonGrid(methods: methods, orders: orders, seeds: seeds, parts: parts).cells.map(\.name)
  }

  @Test func everyCombinationInOrder() throws {
    #expect(
      try names("per-task,moe-cl", "2,1", "0-1") == [
        "per-task-o2-s0", "per-task-o2-s1", "per-task-o1-s0", "per-task-o1-s1", "moe-cl-o2-s0", "moe-cl-o2-s1",
        "moe-cl-o1-s0", "moe-cl-o1-s1",
      ])
    #expect(try names("moe-cl") == ["moe-cl-o1-s0"])
    // The default method, where none is named.
    #expect(try names() == ["accrete-o1-s0"])
    #expect(try names(nil, "2", "3-4") == ["accrete-o2-s3", "accrete-o2-s4"])
    #expect(try names("moe-cl, per-task", "1", "7").last == "per-task-o1-s7")
  }

  @Test func unevenGrids() throws {
    #expect(
      try names(nil, nil, nil, ["moe-cl:1-2:0,5", "sequential:1:0"]) == [
        "moe-cl-o1-s0", "moe-cl-o1-s5", "moe-cl-o2-s0", "moe-cl-o2-s5", "sequential-o1-s0",
      ])
    #expect(try names("per-task", nil, "3", ["sequential:2:18446744073709551615"]).count == 2)
  }

  @Test(arguments: [
    ("", "1", "0", "methods"), ("moe-cl,", "1", "0", "methods"), ("moe-cl", "", "0", "orders"),
    ("moe-cl", "1-", "0", "orders"), ("moe-cl", "3-1", "0", "orders"), ("moe-cl", "-1", "0", "orders"),
    ("moe-cl", "1-2-3", "0", "orders"), ("moe-cl", "one", "0", "orders"), ("moe-cl", "1", "+1", "seeds"),
    ("moe-cl", "1", "0x1", "seeds"), ("moe-cl", "1", "0.5", "seeds"),
    ("moe-cl", "1", "18446744073709551616", "seeds"), ("moe-cl", "18446744073709551615", "0", "orders"),
    ("moe-cl", "1", "0-18446744073709551615", "seeds"), ("moe-cl", "1", "0-10000", "seeds"),
    ("moe-cl", "1", "0-5000,6000-11000", "seeds"), ("moe-cl", "1-200", "1-200", "seeds"),
  ])
  func refusals(methods: String, orders: String, seeds: String, key: String) {
    let error = #expect(throws: RunError.self) { try names(methods, orders, seeds) }
    guard case .invalidConfiguration(key, _, _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test func otherRefusals() {
    #expect(throws: LearningError.unknownMethod(got: "ewd", known: MethodCatalog.names)) { try names("ewd") }
    for part in ["moe-cl", "moe-cl:1", "moe-cl:1:0:0", "moe-cl::0", ":1:0"] {
      #expect(throws: RunError.self, "\(part)") { try names(nil, nil, nil, [part]) }
    }
    // Half a grid, and a cell twice: a slip each.
    #expect(throws: RunError.self) { try names(nil, "1", nil, ["moe-cl:1:0"]) }
    #expect(throws: RunError.self) { try names(nil, nil, "1", ["moe-cl:1:0"]) }
    #expect(throws: RunError.self) { try names("moe-cl", "1", "0,1-2,2") }
    #expect(throws: RunError.self) { try names("moe-cl", nil, nil, ["moe-cl:1:0"]) }
  }

  /// The keys of a YAML file beside those of a run.
  @Test func fromYAML() throws {
    let text = """
      methods: [moe-cl, per-task]
      orders: 1-3
      seeds: [0, 4]
      cells: ["sequential:1:0", sequential:2:0]
      jobs: 2
      reference: per-task
      rank: 4
      suite: mtl5
      """
    let data = Data(text.utf8)
    let file = try ComparisonFile.decode(data, path: "grid.yaml")
    #expect(file.methods == "moe-cl,per-task" && file.orders == "1-3" && file.seeds == "0,4")
    #expect(file.cells == ["sequential:1:0", "sequential:2:0"] && file.jobs == 2)
    #expect(file.reference == "per-task")
    let run = try RunFile.decode(data, path: "grid.yaml", besides: ComparisonFile.keys)
    #expect(run.rank == 4 && run.source.suite == "mtl5")
    #expect(try ComparisonFile.decode(Data(), path: "grid.yaml") == ComparisonFile())
    // A run has no use for them, nor a comparison for what neither knows.
    #expect(throws: RunError.self) { try RunFile.decode(data, path: "grid.yaml") }
    #expect(throws: RunError.self) { try ComparisonFile.decode(Data("seed: 1\nseedz: 2\n".utf8), path: "grid.yaml") }
    #expect(throws: RunError.self) { try ComparisonFile.decode(Data("seeds: {a: 1}\n".utf8), path: "grid.yaml") }
  }
}
