/// The numbers by which the loop runs. Durations are seconds.
public struct LoopPolicy: Sendable, Codable, Equatable {
  /// New final labels that are a trigger.
  public var newLabels = 500
  /// Items of a named cluster that are a trigger.
  public var clusterItems = 200
  /// Labelled rows without which a task is not learned.
  public var leastRows = 200
  /// After how long a task is learned anew without any other trigger; `nil`: never.
  public var schedule: Int?
  /// How long a job rests after it ended.
  public var coolDown = 86_400
  /// How long it rests at most: each refusal doubles its rest up to this.
  public var longestCoolDown = 14 * 86_400
  /// How often training is resumed after a failure.
  public var resumes = 2
  /// How long a new release is watched.
  public var watch = 7 * 86_400
  /// How much worse than the served version a candidate may be, as a share.
  public var margin = 0.01
  /// Pairs of shadow decisions without which nothing is promoted.
  public var leastPairs = 500
  /// How long shadow decisions may say nothing.
  public var longestShadow = 30 * 86_400
  /// Shares of the sources that the canary answers, in 10,000.
  public var canarySteps = [100, 500, 2500, 10_000]
  /// How long each share lasts at least.
  public var canaryStep = 86_400
  /// How much the canary may be worse than what is served.
  public var guards = CanaryGuards()
  /// How long a runner keeps a job without a sign of life.
  public var lease = 60

  /// The usual numbers.
  public init() {}

  /// How long a job rests after another refusal.
  ///
  /// - Parameter last: How long it rested after the last one.
  func doubled(_ last: Int) -> Int {
    let rest = max(last, coolDown)
    return rest >= longestCoolDown / 2 ? longestCoolDown : rest * 2
  }

  /// Requires that the numbers can be what they are: a policy may come from a file.
  /// - Throws: ``LoopError/policy(name:got:allowed:)``.
  func validate() throws {
    let year = 366 * 86_400
    let durations = [
      ("coolDown", coolDown), ("longestCoolDown", longestCoolDown), ("watch", watch), ("longestShadow", longestShadow),
      ("canaryStep", canaryStep), ("schedule", schedule ?? 0),
    ]
    for (name, seconds) in durations where !(0...year).contains(seconds) {
      throw LoopError.policy(name: name, got: "\(seconds)", allowed: "0 to \(year) seconds")
    }
    guard (1...3600).contains(lease) else {
      throw LoopError.policy(name: "lease", got: "\(lease)", allowed: "1 to 3600 seconds")
    }
    guard margin > 0, margin < 1 else {
      throw LoopError.policy(name: "margin", got: "\(margin)", allowed: "a share above 0 and below 1")
    }
    let isRising = zip(canarySteps, canarySteps.dropFirst()).allSatisfy { $0 < $1 }
    guard isRising, canarySteps.last == CanaryArm.parts, canarySteps.first.map({ $0 > 0 }) ?? false else {
      throw LoopError.policy(
        name: "canarySteps", got: "\(canarySteps)", allowed: "rising numbers above 0, the last one \(CanaryArm.parts)")
    }
    guard newLabels > 0, clusterItems > 0, leastRows > 0, leastPairs > 0, (0...100).contains(resumes) else {
      throw LoopError.policy(
        name: "counts", got: "\([newLabels, clusterItems, leastRows, leastPairs, resumes])",
        allowed: "counts above 0, and at most 100 resumes")
    }
  }
}
