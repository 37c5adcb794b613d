import Foundation
import TestSupport
import Testing

@testable import Files

/// The file of curves, beside what TensorBoard's own writer makes (Scripts/reference/pretraining/tensorboard_golden.py).
@Suite struct TensorBoardTests {
  private struct Golden: Decodable {
    struct Step: Decodable {
      let step: Int
      let tags: [String]
      let values: [Double]
    }
    let time: Double
    let steps: [Step]
    let hex: String
  }

  private static func golden() throws -> Golden {
    var tests = URL(fileURLWithPath: #filePath)
    for _ in 0..<2 { tests.deleteLastPathComponent() }
    return try JSONDecoder().decode(
      Golden.self, from: Data(contentsOf: tests.appendingPathComponent("Goldens/pretraining/tensorboard.json")))
  }

  @Test func bytesAreTensorBoards() throws {
    let golden = try Self.golden()
    var made = TensorBoardLog.record(TensorBoardLog.version(at: Date(timeIntervalSince1970: golden.time)))
    for step in golden.steps {
      made += TensorBoardLog.record(
        TensorBoardLog.event(
          step: step.step, Array(zip(step.tags, step.values).map { (tag: $0, value: $1) }),
          at: Date(timeIntervalSince1970: golden.time + Double(step.step))))
    }
    #expect(made.map { String(format: "%02x", $0) }.joined() == golden.hex)
  }

  /// A run that goes on has every step once: what was written after its checkpoint is cut off, as is half a record.
  @Test func cutBackToTheCheckpoint() throws {
    let scratch = try Scratch()
    let file = scratch.url("tensorboard/\(TensorBoardLog.fileName)")
    let time = Date(timeIntervalSince1970: 1)
    do {
      let log = try TensorBoardLog(file, keepingTo: nil)
      for step in [0, 1, 2, 2, 3, 300] { try log.append(step: step, [("a", 1)], at: time) }
    }
    let whole = try Data(contentsOf: file)
    let record = TensorBoardLog.record(TensorBoardLog.event(step: 3, [("a", 1)], at: time)).count
    for (step, kept) in [(300, 0), (299, 1), (3, 1), (2, 2)] {
      try (whole + whole.prefix(20)).write(to: file)
      _ = try TensorBoardLog(file, keepingTo: step)
      let bytes = try Data(contentsOf: file).count
      // The record of step 300 has one byte more.
      #expect(bytes == whole.count - (kept > 0 ? kept * record + 1 : 0), "\(step)")
    }
    // Not one of ours, and begun anew.
    try Data("something".utf8).write(to: file)
    do {
      let log = try TensorBoardLog(file, keepingTo: 5)
      try log.append(step: 6, [("a", 1)], at: time)
    }
    #expect(try Data(contentsOf: file).count == 40 + record)
    _ = try TensorBoardLog(file, keepingTo: nil)
    #expect(try Data(contentsOf: file).count == 40)
  }
}
