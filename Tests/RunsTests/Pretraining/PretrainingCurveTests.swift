import Foundation
import TestSupport
import Testing

@testable import Files
@testable import Records
@testable import Runs

/// The curves of a pretraining run for TensorBoard.
@Suite struct PretrainingCurveTests {
  /// A run that goes on has every step once: what was written after its checkpoint is cut off.
  @Test func aResumedRunHasEveryStepOnce() throws {
    let scratch = try Scratch()
    let url = scratch.url("run")
    let configuration = try SmallPretraining.configuration(scratch)
    do {
      let run = try PretrainingRun.start(configuration, in: url)
      #expect(throws: RunError.self) { try run.run { run.stepsDone == 4 ? .stop(signal: 15) : nil } }
    }
    let file = url.appendingPathComponent("tensorboard/\(TensorBoardLog.fileName)")
    let stopped = try Data(contentsOf: file)
    // Killed after more steps than the checkpoint has.
    let later = TensorBoardLog.record(TensorBoardLog.event(step: 5, [("loss/train", 99)], at: Date()))
    try (stopped + Data(later)).write(to: file)
    let run = try PretrainingRun.resume(url)
    try run.run()
    let content = try Data(contentsOf: file)
    #expect(content.starts(with: stopped) && content.range(of: Data(later)) == nil)
    for (tag, count) in [("loss/train", 10), ("learning-rate", 10), ("tokens-per-second", 10), ("loss/held-out", 4)] {
      var (found, rest) = (0, content[...])
      while let range = rest.range(of: Data(tag.utf8)) { (found, rest) = (found + 1, rest[range.upperBound...]) }
      #expect(found == count, "\(tag): \(found)")
    }
  }
}
