public import Files
import Foundation
public import Registry
public import Review
public import TaskModels

extension ModelOpinion {
  /// What is served together while an item is looked at: a decision names it, and a certificate holds only for it.
  public struct Served: Sendable, Equatable {
    /// The current release; `nil`: nothing is released.
    public let release: Int?
    /// The router of that release; `nil`: it has none.
    public let router: Digest?
    /// The base's weights.
    public let base: Digest

    /// Names what is served.
    ///
    /// - Parameters:
    ///   - release: The current release.
    ///   - router: The router of that release.
    ///   - base: The base's weights.
    public init(release: Int?, router: Digest?, base: Digest) {
      (self.release, self.router, self.base) = (release, router, base)
    }
  }

  /// What a version of a task says of an item.
  ///
  /// An item of which a part was not read is too long to be decided without a person, however sure the model is of the rest. A version that
  /// writes its answers, or gives several labels, has no opinion of one label.
  ///
  /// - Parameters:
  ///   - answer: Its answer.
  ///   - task: The version that gave it.
  ///   - route: How the task was found; `nil`: it was named.
  ///   - served: What was served.
  public init(_ answer: TaskAnswer, by task: ServedTask, route: RequestRouter.Route?, served: Served) {
    let model = task.runner.model
    guard model.form.kind == .label else {
      self.init(.notReady, task: task.version.name, route: route, served: served)
      return
    }
    self.init(
      task: task.version.name, version: task.version.digest, versionName: "\(task.version.reference)",
      labels: model.form.labels, scores: Self.scores(of: answer, by: model), probabilities: answer.probabilities,
      unknown: false,
      distance: route?.distance, release: served.release, router: served.router, base: served.base,
      template: task.manifest.template, problem: answer.droppedTokens > 0 ? .tooLong : nil)
  }

  /// What is said of an item for which no version has an answer.
  ///
  /// - Parameters:
  ///   - problem: Why.
  ///   - task: The task, where it was named or found.
  ///   - route: How the task was looked for; `nil`: it was named.
  ///   - served: What was served.
  public init(_ problem: Problem, task: String?, route: RequestRouter.Route?, served: Served) {
    self.init(
      task: task, version: nil, versionName: nil, labels: [], scores: [], probabilities: [],
      unknown: problem == .unknownTask, distance: route?.distance, release: served.release, router: served.router,
      base: served.base, template: nil, problem: problem)
  }

  /// Log-probabilities of the labels. Those of an answer are rounded to 0 where a label is all but impossible, which has no logarithm.
  private static func scores(of answer: TaskAnswer, by model: TaskModel) -> [Double] {
    if let combination = model.combination, let parts = answer.parts { return combination.logProbabilities(parts) }
    return answer.probabilities.map { log(max($0, .leastNormalMagnitude)) }
  }
}

extension Registry {
  /// What is served now.
  ///
  /// - Throws: `RegistryError`.
  public func served() throws -> ModelOpinion.Served {
    let current = try currentRelease()
    return ModelOpinion.Served(
      release: current?.record.revision, router: current?.manifest.router, base: try base().weights)
  }
}
