// How the parts of a task model with several labels become a probability of each label.
//
//     z_k = a_k · e_k + b_k · h_k + c_k        e: logit of the trained head on the expert's last hidden state
//     p_k = 1 / (1 + e^−z_k)                   h: log-odds by the ridge head
//     label k is given where p_k ≥ t_k
//
// A choice between two for each label on its own. a and b are at least 0; with one part alone this is its calibration (Platt 1999).
// Fitted on rows that neither part learned from.

import Foundation

/// Weights of the parts, a bias and a threshold of each label.
public struct LabelSetCombination: Sendable, Codable, Equatable {
  /// Of the expert's logits, one a label; `nil`: there is no expert.
  public let expert: [Double]?
  /// Of the ridge head's log-odds; `nil`: there is none.
  public let ridge: [Double]?
  public let bias: [Double]
  /// From which probability on a label is given.
  public let thresholds: [Double]

  /// Choose rows with a label, and as many without it, that its threshold takes; with fewer it is 0.5.
  public static let fewestRows = LabelThreshold.fewest

  public init(expert: [Double]?, ridge: [Double]?, bias: [Double], thresholds: [Double]) {
    self.expert = expert
    self.ridge = ridge
    self.bias = bias
    self.thresholds = thresholds
  }

  /// What the parts that there are say of one text's labels.
  public struct Parts: Sendable, Equatable {
    /// Logits; `nil`: there is no expert.
    public var expert: [Double]?
    /// Log-odds; `nil`: there is no head.
    public var ridge: [Double]?

    public init(expert: [Double]?, ridge: [Double]?) {
      self.expert = expert
      self.ridge = ridge
    }
  }

  /// Whether the expert has a weight in any label: else it need not be computed.
  var usesExpert: Bool { expert?.contains { $0 > 0 } ?? false }
  /// The same of the ridge head.
  var usesRidge: Bool { ridge?.contains { $0 > 0 } ?? false }

  /// z of each label.
  func logOdds(_ parts: Parts) -> [Double] {
    bias.indices.map { label in
      bias[label] + Self.weighted(parts.expert, expert, label) + Self.weighted(parts.ridge, ridge, label)
    }
  }

  private static func weighted(_ scores: [Double]?, _ weights: [Double]?, _ label: Int) -> Double {
    guard let scores, let weights, weights[label] > 0, scores.indices.contains(label) else { return 0 }
    return weights[label] * scores[label]
  }

  /// p of each label.
  public func probabilities(_ parts: Parts) -> [Double] { logOdds(parts).map(Logistic.probability) }

  /// The labels that such probabilities give, ascending.
  public func given(_ probabilities: [Double]) -> [Int] {
    thresholds.indices.filter { probabilities[$0] >= thresholds[$0] }
  }

  /// The mean over labels of −log p of what is so.
  func loss(_ parts: Parts, gold: Set<Int>) -> Double {
    let odds = logOdds(parts)
    return odds.indices.reduce(0) { $0 + Logistic.loss(odds[$1], gold.contains($1)) } / Double(max(odds.count, 1))
  }

  /// What is wrong with one that comes from a file; `nil`: nothing.
  func problem(labels: Int, hasExpert: Bool, hasRidge: Bool) -> String? {
    let lists = [expert, ridge, bias, thresholds].compactMap(\.self)
    if let list = lists.first(where: { $0.count != labels }) { return "has \(list.count) numbers for \(labels) labels" }
    if !lists.joined().allSatisfy(\.isFinite) { return "has numbers that are none" }
    if ([expert, ridge].compactMap(\.self).joined().contains { $0 < 0 }) { return "has weights below 0" }
    if !thresholds.allSatisfy({ (0...1).contains($0) }) { return "has thresholds that are not from 0 to 1" }
    if (expert != nil) != hasExpert || (ridge != nil) != hasRidge { return "weighs other parts than there are" }
    return nil
  }
}

/// The logistic function without overflow.
enum Logistic {
  static func probability(_ odds: Double) -> Double {
    odds >= 0 ? 1 / (1 + exp(-odds)) : exp(odds) / (1 + exp(odds))
  }

  /// −log p of what is so.
  static func loss(_ odds: Double, _ isSo: Bool) -> Double {
    let wrong = isSo ? -odds : odds
    return max(wrong, 0) + log1p(exp(-abs(odds)))
  }
}
