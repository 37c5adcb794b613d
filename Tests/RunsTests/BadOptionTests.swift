import Foundation
import Learning
import Runs
import Streams
import TestSupport
import Testing

@testable import Records

/// A configuration with one thing wrong, and what the message must name.
struct BadOption: Sendable, CustomTestStringConvertible {
  let named: String
  let spoil: @Sendable (inout RunConfiguration) -> Void

  init(_ named: String, _ spoil: @escaping @Sendable (inout RunConfiguration) -> Void) {
    self.named = named
    self.spoil = spoil
  }

  var testDescription: String { named }

  static let all = [
    BadOption("per-class") { $0.perClass = 0 },
    BadOption("test-limit") { $0.testLimit = 0 },
    BadOption("threads") { $0.threads = 0 },
    BadOption("threads") { $0.threads = .max },
    BadOption("rank") { $0.rank = 0 },
    BadOption("rank") { $0.rank = .max },
    BadOption("dropout") { $0.dropout = 1 },
    BadOption("alpha") { $0.alpha = .nan },
    BadOption("adversary-weight") { $0.options = ["adversary-weight": .number(.infinity)] },
    BadOption("paper, released, isolated, off") { $0.options = ["adversary": "none"] },
    BadOption("adversary, adversary-weight") { $0.options = ["adversry": "off"] },
    BadOption("method") { $0.method = "none" },
    BadOption("suite") { $0.source.suite = "none" },
    BadOption("order") { $0.source.order = 2 },
    BadOption("device") { $0.device = "abacus" },
    BadOption("batch") { $0.training.batchSize = 0 },
    BadOption("accumulation") { $0.training.accumulation = .max },
    BadOption("epochs") { $0.training.epochs = 0 },
    BadOption("learning-rate") { $0.training.learningRate = .nan },
    BadOption("warmup-steps") { $0.training.warmupSteps = -1 },
    BadOption("weight-decay") { $0.training.weightDecay = .infinity },
    BadOption("gradient-clip") { $0.training.gradientClip = .nan },
    BadOption("max-length") { $0.training.maxLength = 7 },
    BadOption("tokens") { $0.training.maxLength = 8 },
    BadOption("task name of its own") { $0.source.files[1] = $0.source.files[0] },
    BadOption("nowhere") { $0.base = "/nowhere" },
  ]
}

extension RunTests {
  /// Is every option that cannot work found before anything is made?
  @Suite struct BadOptionTests {
    @Test(arguments: BadOption.all) func refused(option: BadOption) throws {
      let scratch = try Scratch()
      var configuration = Tiny.configuration(try Tiny.write(to: scratch))
      option.spoil(&configuration)
      let before = try tree(scratch.url)
      let error = #expect(throws: (any Error).self) {
        try SequenceRun.start(configuration, in: scratch.url("run"), bases: .shared)
      }
      #expect("\(error.map { "\($0)" } ?? "")".contains(option.named))
      #expect(differences(before, try tree(scratch.url)).isEmpty)
    }

    /// The largest values that are allowed overflow nothing.
    @Test func extremesThatAreAllowed() throws {
      let scratch = try Scratch()
      var configuration = Tiny.configuration(try Tiny.write(to: scratch), seed: .max)
      configuration.training.maxLength = .max
      configuration.training.warmupSteps = .max
      configuration.training.batchSize = 65536
      configuration.training.accumulation = 65536
      configuration.perClass = .max
      configuration.testLimit = .max
      let run = try SequenceRun.start(configuration, in: scratch.url("run"))
      #expect(run.tasks.map(\.training.count) == [12, 12] && run.tasks.map(\.evaluated.count) == [6, 6])
    }
  }
}
