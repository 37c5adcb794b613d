/// Why a task model is as it is: what was tried, and what the choose rows said.
public struct LearnEvidence: Sendable, Codable, Equatable {
  /// A learning rate in its trial.
  public struct Trial: Sendable, Codable, Equatable {
    public let learningRate: Double
    public let steps: Int
    /// What the choose rows say of the expert alone; of free answers as of ``Measurement``.
    public let loss: Double
    /// The mean loss of its last steps; `nil` in versions that were learned without it.
    public let trainingLoss: Double?
  }

  /// What the choose rows say of the averaged weights.
  public struct Measurement: Sendable, Codable, Equatable {
    public let step: Int
    /// Passes over the learn rows that are done.
    public let epoch: Int
    /// Mean −log p of the right label, cross-fitted beside the ridge head if there is one; of several labels a mean over labels of what is
    /// so; of free answers, of a token.
    public let loss: Double
    /// The same of the expert without the ridge head; `nil` where there is none.
    public let expertLoss: Double?
    /// The mean score of written answers, 0…1; `nil` for labels.
    public let score: Double?

    /// Whether it is better than another one.
    func isBetter(than other: Measurement) -> Bool {
      if let score, let before = other.score, score != before { return score > before }
      return loss < other.loss
    }
  }

  /// The last training, which sees the choose rows, too: there its loss can only be lower, unless it went wrong.
  public struct AllRows: Sendable, Codable, Equatable {
    /// Mean −log p of the choose rows' right labels, under the combination that was fitted before; `nil`: it diverged.
    public let loss: Double?
    /// The same before.
    public let lossBefore: Double
    /// Whether its expert was kept.
    public let isKept: Bool
  }

  /// Why training stopped.
  public enum Stop: String, Sendable, Codable {
    /// The last measurements were not better.
    case patience
    /// All passes are done.
    case maxEpochs = "max-epochs"
    /// The time is over.
    case budget
    /// The weights ran away after a measurement that is kept.
    case diverged
  }

  /// Empty where the rate was given.
  public var trials: [Trial] = []
  public var learningRate: Double?
  public var measurements: [Measurement] = []
  /// The position of the measurement whose weights were kept.
  public var kept: Int?
  public var stop: Stop?
  public var steps = 0
  public var tokens = 0
  /// Steps of the last training, on learn and choose rows together; `nil`: there was none.
  public var allRowsSteps: Int?
  /// What became of the last training; `nil`: there was none, or the program did not ask yet.
  public var allRows: AllRows?
  /// Of the ridge head, on learn rows: the mean squared error of rows left out.
  public var ridgeError: Double?
  /// λ on learn rows, and on learn and choose rows together.
  public var ridgePenalty: Double?
  public var refittedPenalty: Double?
  /// `nil` for free answers, and where an output head was asked for.
  public var choice: CandidateChoice?

  public init() {}

  /// Measurements since the last one that was the best so far, by itself or by the expert alone: beside a good ridge head an expert
  /// that is only beginning to learn shows nothing.
  var measurementsWithoutGain: Int {
    var (best, expert, last) = (measurements.first, Double.infinity, 0)
    for (position, measurement) in measurements.enumerated() {
      if let before = best, measurement.isBetter(than: before) { (best, last) = (measurement, position) }
      if let loss = measurement.expertLoss, loss < expert { (expert, last) = (loss, position) }
    }
    return measurements.count - 1 - last
  }
}
