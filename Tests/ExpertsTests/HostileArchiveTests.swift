import Decoder
import Experts
import Files
import Foundation
import Testing

/// Is what an expert's file claims of its shape checked, as what a caller gives is?
@Suite struct HostileArchiveTests {
  private func shape(_ changes: String = "") -> Data {
    let fields = [
      "rank": "8", "alpha": "16", "dropout": "0.05", "projections": #"["gate_proj"]"#,
    ]
    let change = changes.split(separator: "=", maxSplits: 1).map(String.init)
    let all = fields.merging(change.count == 2 ? [change[0]: change[1]] : [:]) { $1 }
    return Data(("{" + all.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}").utf8)
  }

  @Test func whatIsRight() throws {
    let found = try JSONFile.decode(LowRankShape.self, from: shape(), path: "expert.json")
    #expect(try found == LowRankShape(projections: [.gate]))
    #expect(try JSONFile.decode(LowRankShape.self, from: JSONFile.encode(found), path: "expert.json") == found)
  }

  @Test(arguments: [
    "rank=0", "rank=-8", "rank=4097", "rank=9223372036854775807", "rank=1e400", "rank=8.5", "rank=null", "alpha=0",
    "alpha=-16", "alpha=1e400", "dropout=1", "dropout=-0.1", "dropout=\"0\"", "projections=[]",
    "projections=[\"../../etc\"]", "projections=\"gate_proj\"",
  ])
  func whatCannotBe(change: String) {
    #expect(throws: FileError.self, "\(change)") {
      try JSONFile.decode(LowRankShape.self, from: shape(change), path: "expert.json")
    }
  }

  @Test func nesting() {
    let text = String(repeating: "{\"shape\":", count: 10_000)
    #expect(throws: FileError.malformedJSON(path: "expert.json", reason: "nested deeper than 64 levels")) {
      try JSONFile.decode(ExpertArchive.self, from: Data(text.utf8), path: "expert.json")
    }
  }
}
