import Learning
import Streams
import Testing
import Torch

@testable import Records
@testable import Runs

/// Are the values that nobody gave those of docs/protocol.md?
@Suite struct DefaultsTests {
  @Test func ofARun() throws {
    let run = RunConfiguration()
    #expect(run.method == "accrete" && run.seed == 0 && run.rank == 8 && run.alpha == 16 && run.dropout == 0.05)
    #expect(run.options == nil && run.outputHead == .label)
    #expect(run.perClass == nil && run.trainLimit == nil && run.testLimit == nil && run.maxAnswerTokens == nil)
    #expect(run.evaluateOn == .test && run.source.suite == "files" && run.source.order == 1)
    #expect(run.threads == 1 && run.device == "cpu" && run.checkpoints.everySeconds == 300)
    #expect(run.checkpoints.everySteps == nil && run.weights == nil && run.routedExperts == nil)
    try run.validate()
  }

  @Test func ofTraining() throws {
    let training = TrainingOptions()
    #expect(training.learningRate == 5e-4 && training.batchSize == 8 && training.epochs == 3)
    #expect(training.maxLength == 256 && training.weightDecay == 0.01 && training.gradientClip == 1)
    #expect(training.schedule == .constant && training.warmupSteps == 0 && training.accumulation == 1)
    #expect(training.batchTokens == nil && !training.gradientCheckpointing)
    try training.validate()
  }

  /// What is just inside of each range is taken, what is just outside is refused.
  @Test func limitsOfTraining() throws {
    func accepts(_ change: (inout TrainingOptions) -> Void) -> Bool {
      var training = TrainingOptions()
      change(&training)
      return (try? training.validate()) != nil
    }
    #expect(accepts { $0.maxLength = 8 } && !accepts { $0.maxLength = 7 })
    let counts: [WritableKeyPath<TrainingOptions, Int>] = [\.batchSize, \.accumulation]
    for key in counts {
      #expect(accepts { $0[keyPath: key] = 1 } && accepts { $0[keyPath: key] = 65536 })
      #expect(!accepts { $0[keyPath: key] = 0 } && !accepts { $0[keyPath: key] = 65537 })
    }
    #expect(accepts { $0.batchTokens = 256 } && !accepts { $0.batchTokens = 255 })
    #expect(accepts { $0.epochs = 1 } && accepts { $0.epochs = 100_000 })
    #expect(!accepts { $0.epochs = 0 } && !accepts { $0.epochs = 100_001 })
    #expect(accepts { $0.learningRate = 1 } && accepts { $0.learningRate = 1e-300 })
    #expect(!accepts { $0.learningRate = 0 } && !accepts { $0.learningRate = 1.0.nextUp })
    #expect(accepts { $0.warmupSteps = 0 } && !accepts { $0.warmupSteps = -1 })
    #expect(accepts { $0.weightDecay = 0 } && accepts { $0.weightDecay = 1.0.nextDown })
    #expect(!accepts { $0.weightDecay = 1 } && !accepts { $0.weightDecay = -1e-300 })
    #expect(accepts { $0.gradientClip = 0 } && !accepts { $0.gradientClip = -1e-300 })
    #expect(!accepts { $0.gradientClip = .infinity })
  }

  @Test func limitsOfARun() {
    func accepts(_ change: (inout RunConfiguration) -> Void) -> Bool {
      var run = RunConfiguration()
      change(&run)
      return (try? run.validate()) != nil
    }
    let counts: [WritableKeyPath<RunConfiguration, Int?>] = [\.perClass, \.trainLimit, \.testLimit, \.maxAnswerTokens]
    for key in counts {
      #expect(accepts { $0[keyPath: key] = 1 } && !accepts { $0[keyPath: key] = 0 })
    }
    #expect(accepts { $0.checkpoints.everySteps = 1 } && !accepts { $0.checkpoints.everySteps = 0 })
    #expect(!accepts { $0.threads = 0 } && !accepts { $0.checkpoints.everySeconds = 0 })
    #expect(accepts { $0.rank = 1 } && accepts { $0.rank = 4096 } && !accepts { $0.rank = 0 })
    #expect(!accepts { $0.rank = 4097 } && !accepts { $0.alpha = 0 } && accepts { $0.alpha = 1e-300 })
    #expect(accepts { $0.dropout = 0 } && !accepts { $0.dropout = 1 } && !accepts { $0.dropout = -0.01 })
    func weighs(_ value: Double) -> Bool { accepts { $0.options = ["moe-cl.adversary-weight": .number(value)] } }
    #expect(weighs(1) && weighs(1e-300) && !weighs(0) && !weighs(1.0.nextUp))
  }
}
