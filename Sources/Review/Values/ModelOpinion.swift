public import Files

/// What a task model says of an item, and by which blobs it came to that.
public struct ModelOpinion: Sendable, Codable, Equatable {
  /// Why there are no scores, so that a person decides.
  public enum Problem: String, Sendable, Codable, CaseIterable {
    /// The task's expert is not loaded.
    case notReady = "not-ready"
    /// The text has more tokens than the model takes.
    case tooLong = "too-long"
    /// The text cannot be turned into tokens.
    case undecodable
    /// No task fits the text.
    case unknownTask = "unknown-task"
  }

  /// The task that answered; `nil`: none did.
  public let task: String?
  /// The version that answered.
  public let version: Digest?
  /// The version as people write it: `spam@3`.
  public let versionName: String?
  /// The labels, in the order of the scores.
  public let labels: [String]
  /// Total log-probabilities, one a label.
  public let scores: [Double]
  /// Calibrated probabilities, one a label.
  public let probabilities: [Double]
  /// Whether the router knows nothing like it.
  public let unknown: Bool
  /// How far it lies from what the router knows, in the router's own unit.
  public let distance: Double?
  /// The release that was served.
  public let release: Int?
  /// What found the task; `nil` where the item names it.
  public let router: Digest?
  /// The base.
  public let base: Digest
  /// What made a prompt of the item; `nil` where the version has that within itself.
  public let template: Digest?
  /// Why there are no scores.
  public let problem: Problem?

  /// Makes an opinion.
  ///
  /// - Parameters:
  ///   - task: The task that answered.
  ///   - version: The version that answered.
  ///   - versionName: The version as people write it.
  ///   - labels: The labels, in the order of the scores.
  ///   - scores: Total log-probabilities, one a label.
  ///   - probabilities: Calibrated probabilities, one a label.
  ///   - unknown: Whether the router knows nothing like it.
  ///   - distance: How far it lies from what the router knows.
  ///   - release: The release that was served.
  ///   - router: What found the task.
  ///   - base: The base.
  ///   - template: What made a prompt of the item.
  ///   - problem: Why there are no scores.
  public init(
    task: String?, version: Digest?, versionName: String? = nil, labels: [String] = [], scores: [Double] = [],
    probabilities: [Double] = [], unknown: Bool = false, distance: Double? = nil, release: Int? = nil,
    router: Digest? = nil, base: Digest, template: Digest? = nil, problem: Problem? = nil
  ) {
    self.task = task
    self.version = version
    self.versionName = versionName
    self.labels = labels
    self.scores = scores
    self.probabilities = probabilities
    self.unknown = unknown
    self.distance = distance
    self.release = release
    self.router = router
    self.base = base
    self.template = template
    self.problem = problem
  }

  /// The models that a certificate has to speak about for this opinion to count; `nil` where no version answered.
  public var bindings: CertificateBindings? {
    version.map { CertificateBindings(expert: $0, base: base, router: router, template: template) }
  }

  /// The most probable label and its probability; `nil` where nothing usable was said.
  public var suggestion: (label: String, probability: Double)? {
    guard problem == nil, !unknown, labels.count == probabilities.count, probabilities.allSatisfy(\.isFinite) else {
      return nil
    }
    return zip(labels, probabilities).max { $0.1 < $1.1 }.map { (label: $0.0, probability: $0.1) }
  }
}
