import Comparing
import Files
import Foundation
import Pretraining
import Records
import Runs
import Streams
import Templates

/// Texts that others write: JSON by both of its readers, requests, rows and documents in forms that no other target has.
let textTargets: [FuzzTarget] = [
  // Our parser and Foundation's behind it: what one takes, the other takes, as the same.
  FuzzTarget("json") { input in
    func failure(_ body: (inout JSONParser) throws -> Void) -> String? {
      do {
        try input.withUnsafeBytes { try JSONParser.whole($0, body) }
        return nil
      } catch {
        return (error as? JSONTree.Failure)?.text ?? "\(error)"
      }
    }
    let (skipped, read) = (failure { try $0.skip() }, failure { _ = try $0.value() })
    // A number may be JSON, and too large for a value; what is behind it, if anything is wrong there, only skipping reaches.
    try Finding.unless(
      skipped == read || read?.contains("too large") == true,
      "skipping says \(skipped ?? "nothing"), reading \(read ?? "nothing")")
    let ours = try JSONFile.decode(JSONTree.self, from: input, path: "/fuzz/any.json")
    try Finding.unless(try JSONTree(Data(ours.json)) == ours, "another value after writing: \(ours)")
    // Of two members with one key each parser keeps another; a number too small for 64 bits is 0 for ours, as for Python's, and
    // none for Foundation's, which takes 9007199254740993.0 for a whole number that a double does not hold.
    guard !hasTwins(ours), !hasInexactNumbers(ours) else { return }
    let theirs = try Finding.unlessDone("decoding what our parser has read") {
      try JSONDecoder().decode(JSONTree.self, from: input)
    }
    try Finding.unless(theirs == ours, "two values: \(ours) and \(theirs)")
  },
  FuzzTarget("request") { input in
    let request = try ChatRequest(json: input, name: "/fuzz/request.json")
    try Finding.unless(request.variables["messages"] == nil, "messages among the variables")
  },
  FuzzTarget("yaml-compare") { input in
    _ = try ComparisonFile.decode(input, path: "/fuzz/compare.yaml")
  },
  // comparison.json and the record of its first cell, which is sealed here, so that what is behind the seal is reached.
  FuzzTarget("cell") { input in
    let parts = input.parts(2)
    let comparison = try Comparison.decode(parts[0], path: "/fuzz/comparison.json")
    guard let cell = comparison.cells.first else { throw Finding("a comparison without cells") }
    let folder = ComparisonFolder(grid.url)
    try Finding.unless(
      folder.result(cell).deletingLastPathComponent().path == folder.cells.path, "a cell named `\(cell.name)`")
    // A long name of a method makes one that no file can have.
    guard cell.name.utf8.count < 200 else { return }
    let name = "cells/\(cell.name).json"
    grid.write(SealedJSON.sealed(parts[1], blank: Digest(of: Data())), to: name)
    defer { unlink(grid[name].path) }
    guard let record = try CellRecord.read(cell, in: folder, of: comparison) else {
      throw Finding("a record that is there and was not found")
    }
    try requireRoundTrip(record)
  },
  FuzzTarget("pretraining-metrics") { input in
    try requireRoundTrip(JSONFile.decode(PretrainingMetrics.self, from: input, path: "/fuzz/metrics.json"))
  },
  FuzzTarget("held-out") { input in
    lines.write(input, to: "held-out.jsonl")
    try EventLines.read(HeldOutMeasurement.self, from: lines["held-out.jsonl"]) { try requireRoundTrip($0) }
  },
  // A document that is a whole file.
  FuzzTarget("text") { input in
    documents.write(input, to: "text.txt")
    var reader = DocumentReader(try TextSource(name: "text", files: [documents["text.txt"]]))
    while let document = try reader.nextDocument() {
      try Finding.unless(String(validating: document, as: UTF8.self) != nil, "a document that is not a text")
    }
  },
  // train.json, eval.json and test.json of a task of TRACE.
  FuzzTarget("trace") { input in
    for (name, part) in zip(["train", "eval", "test"], input.parts(3)) {
      trace.write(part, to: "C-STANCE/\(name).json")
    }
    let task = try TraceSuite(directory: trace.url).task(named: "C-STANCE")
    try Finding.unless(!task.train.isEmpty && !task.test.isEmpty, "a task without rows")
    try requireRoundTrip(task)
  },
]

/// Whether an object has two keys that Swift takes for one.
private func hasTwins(_ tree: JSONTree) -> Bool {
  switch tree {
  case .list(let values): return values.contains(where: hasTwins)
  case .object(let members):
    let names = Set(members.map { String(decoding: $0.name, as: UTF8.self) })
    return names.count < members.count || members.contains { hasTwins($0.value) }
  default: return false
  }
}

/// Whether a number is 0, so small that it has fewer digits than others, or so large that not every whole number is one.
private func hasInexactNumbers(_ tree: JSONTree) -> Bool {
  switch tree {
  case .number(let value): value.magnitude < Double.leastNormalMagnitude || value.magnitude >= 0x1p53
  case .list(let values): values.contains(where: hasInexactNumbers)
  case .object(let members): members.contains { hasInexactNumbers($0.value) }
  default: false
  }
}

private let grid = WorkFolder("grid", folder: "cells")
private let lines = WorkFolder("lines")
private let documents = WorkFolder("documents")
private let trace = WorkFolder("trace", folder: "C-STANCE")
