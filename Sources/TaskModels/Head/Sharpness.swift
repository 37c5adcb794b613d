import Foundation

/// The factor under which scores are the most likely logarithms of probabilities.
enum Sharpness {
  /// argmax_β Σ log softmax(β s)_y, by golden section over log β: the likelihood has one maximum.
  ///
  /// - Parameters:
  ///   - scores: Row after row. [rows · count]
  ///   - labels: The right label of each row.
  ///   - count: Labels of a row.
  static func mostLikely(_ scores: [Double], labels: [Int], count: Int) -> Double {
    func loss(_ logarithm: Double) -> Double {
      let factor = exp(logarithm)
      var sum = 0.0
      for (row, label) in labels.enumerated() {
        let part = scores[row * count..<(row + 1) * count].map { $0 * factor }
        sum += LogSoftmax.of(part)[label]
      }
      return -sum
    }
    let golden = (5.0.squareRoot() - 1) / 2
    var (low, high) = (-3.0, 6.0)
    for _ in 0..<50 {
      let (one, other) = (high - golden * (high - low), low + golden * (high - low))
      if loss(one) <= loss(other) { high = other } else { low = one }
    }
    return exp((low + high) / 2)
  }
}

/// log softmax of a few numbers.
enum LogSoftmax {
  static func of(_ scores: [Double]) -> [Double] {
    let peak = scores.max() ?? 0
    // All labels are as unlikely as can be: each as likely as the others.
    guard peak.isFinite else { return scores.map { _ in -log(Double(max(scores.count, 1))) } }
    let total = peak + log(scores.reduce(0) { $0 + exp($1 - peak) })
    return scores.map { $0 - total }
  }
}
