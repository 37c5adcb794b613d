import Decoder
public import Experts
import Foundation
import Learning
public import Records

extension RunConfiguration {
  /// - Throws: An error that names the option.
  public func validate() throws {
    try training.validate()
    _ = try shape()
    try MethodCatalog.check(method, options: MethodCatalog.options(options ?? [:], for: method))
    func positive(_ key: String, _ value: Int?, otherwise: String = "") throws {
      if let value, value < 1 {
        throw RunError.invalidConfiguration(key: key, got: "\(value)", allowed: "1 or more\(otherwise)")
      }
    }
    for (key, limit) in [("per-class", perClass), ("train-limit", trainLimit), ("test-limit", testLimit)] {
      try positive(key, limit, otherwise: ", or leave it out for all")
    }
    try positive("max-answer-tokens", maxAnswerTokens)
    try positive("threads", threads)
    try source.requireKnownScorer()
    try source.requireOwnRows()
    try checkpoints.validate()
  }

  /// What the method is made from.
  ///
  /// - Parameters:
  ///   - model: The base.
  ///   - tasks: How many the run has.
  func methodContext(for model: DecoderModel, tasks: Int) throws -> MethodContext {
    MethodContext(
      base: model.configuration, device: model.device, shape: try shape(), seed: seed, tasks: tasks,
      options: try MethodCatalog.options(options ?? [:], for: method))
  }

  /// The experts' shape.
  public func shape() throws -> LowRankShape {
    try LowRankShape(
      rank: rank, alpha: alpha, dropout: dropout,
      projections: targetModules.map(LowRankShape.projections) ?? LowRankShape.feedForwardProjections,
      routed: routedExperts == true)
  }
}
