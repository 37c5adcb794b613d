// How the expert's label scores and the ridge head become probabilities.
//
//     z(y|x) = a · log softmax_y s(y|x) + b · h(y|x) + c_y       s: log-probability of the label's tokens under the expert
//     p = softmax z                                              h: RidgeHead
//
// a and b are at least 0; c sums to 0. With one part alone, a or b is one over its temperature: the combination is also the
// calibration. Fitted on rows that neither part learned from.

import Foundation

/// Weights of the parts of a task model, and a bias of each label.
public struct LabelCombination: Sendable, Codable, Equatable {
  /// Of the expert's scores; 0: they are not computed.
  public let expert: Double
  /// Of the ridge head's; 0: they are not computed.
  public let ridge: Double
  /// Of each label.
  public let bias: [Double]

  public init(expert: Double, ridge: Double, bias: [Double]) {
    self.expert = expert
    self.ridge = ridge
    self.bias = bias
  }

  /// The scores of one text's labels by the parts that there are.
  public struct Parts: Sendable, Equatable {
    /// log softmax of the labels' log-probabilities; `nil`: there is no expert.
    public var expert: [Double]?
    /// Log-probabilities; `nil`: there is no head.
    public var ridge: [Double]?

    public init(expert: [Double]?, ridge: [Double]?) {
      self.expert = expert.map(LogSoftmax.of)
      self.ridge = ridge
    }
  }

  /// What is wrong with one that comes from a file; `nil`: nothing.
  func problem(labels: Int, hasExpert: Bool, hasRidge: Bool) -> String? {
    if bias.count != labels { return "has \(bias.count) biases for \(labels) labels" }
    if !([expert, ridge] + bias).allSatisfy(\.isFinite) { return "has numbers that are none" }
    if expert < 0 || ridge < 0 { return "has weights below 0" }
    if (expert > 0 && !hasExpert) || (ridge > 0 && !hasRidge) { return "weighs a part that is missing" }
    return nil
  }

  /// log p of each label.
  public func logProbabilities(_ parts: Parts) -> [Double] {
    LogSoftmax.of(
      bias.indices.map { label in
        bias[label] + weighted(parts.expert, expert, label) + weighted(parts.ridge, ridge, label)
      })
  }

  private func weighted(_ scores: [Double]?, _ weight: Double, _ label: Int) -> Double {
    // An impossible label stays impossible under any weight but 0.
    guard weight > 0, let scores, scores.indices.contains(label) else { return 0 }
    return weight * scores[label]
  }
}

extension LabelCombination {
  /// Probabilities of log-probabilities.
  public static func probabilities(_ logarithms: [Double]) -> [Double] { LogSoftmax.of(logarithms).map { exp($0) } }
}
