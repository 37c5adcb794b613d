import Files
import Foundation
import Review

let reviewTargets: [FuzzTarget] = [
  // Items, and labels that come back from other tools.
  FuzzTarget("review") { input in
    for record in try records(in: input) {
      for format in ReviewFormat.allCases {
        guard let votes = try unlessRefused({ try format.votes(in: record) }) else { continue }
        try Finding.unless(votes.allSatisfy { $0.place == record.place }, "a vote from elsewhere")
      }
      if let item = try unlessRefused({ try AccreteItems.intake(record) }) {
        let again = try records(in: AccreteItems.line(of: item)).map(AccreteItems.intake)
        // Times are kept to the millisecond, and `auto` means that there is no task.
        try Finding.unless(again.count == 1 && again[0].text.hasSameCodePoints(as: item.text), "an item that changes")
        try Finding.unless(again == [item], "an item that is not what was written")
      }
      guard let item = try unlessRefused({ try AccreteItems.reviewed(record) }) else { continue }
      for format in ReviewFormat.allCases {
        var written = Data()
        var export = ReviewExport(format, showing: .all) { written += $0 }
        try Finding.unlessDone("writing \(format)") {
          try export.append(item)
          try export.finish()
        }
        try Finding.unlessDone("reading \(format) again") {
          for record in try records(in: written) { _ = try format.votes(in: record) }
        }
      }
    }
  }
]

private func records(in data: Data) throws -> [FormatRecords.Record] {
  var rest = data[...]
  var reader = FormatRecords(named: "review.jsonl") {
    defer { rest = rest.dropFirst(64) }
    return [UInt8](rest.prefix(64))
  }
  var found: [FormatRecords.Record] = []
  while let record = try reader.next() {
    if case .success(let record) = record { found.append(record) }
  }
  return found
}

/// What a reader gives; `nil` where it refuses the record.
private func unlessRefused<Value>(_ body: () throws -> Value) throws -> Value? {
  do {
    return try body()
  } catch is FormatError {
    return nil
  }
}
