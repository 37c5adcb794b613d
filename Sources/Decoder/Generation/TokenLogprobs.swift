import Foundation

/// How probable a token was, and which others were: of the raw logits, before temperature, penalties, biases and constraints.
public struct TokenLogprobs: Sendable, Equatable {
  /// A token with its log-probability, natural logarithm.
  public struct Entry: Sendable, Equatable {
    public let id: Int
    public let logprob: Float

    public init(id: Int, logprob: Float) {
      self.id = id
      self.logprob = logprob
    }
  }

  /// Of the chosen one.
  public let chosen: Float
  /// The most probable first; equal ones by their ids.
  public let top: [Entry]

  public init(chosen: Float, top: [Entry]) {
    self.chosen = chosen
    self.top = top
  }
}

extension TokenLogprobs {
  /// Log-softmax of raw logits, in float32 around the largest.
  ///
  /// - Parameter token: The one that was chosen.
  /// - Parameter logits: One for each token of the vocabulary.
  /// - Parameter count: How many of the most probable are told.
  init(of token: Int, among logits: ArraySlice<Float>, top count: Int) {
    let largest = logits.max() ?? 0
    // Summed in Double: with a vocabulary of 250,000 the probabilities still add up to 1.
    let total = logits.reduce(0.0) { $0 + Double(exp($1 - largest)) }
    let shift = Double(largest) + log(total)
    func logprob(_ id: Int) -> Float { Float(Double(logits[logits.startIndex + id]) - shift) }
    var best: [Int] = []
    if count > 0 {
      // Kept in order: a token is compared with the least of the best first.
      for id in 0..<logits.count {
        let value = logits[logits.startIndex + id]
        if best.count == count, let last = best.last, value <= logits[logits.startIndex + last] { continue }
        let place = best.firstIndex { logits[logits.startIndex + $0] < value } ?? best.count
        best.insert(id, at: place)
        if best.count > count { best.removeLast() }
      }
    }
    self.init(
      chosen: (0..<logits.count).contains(token) ? logprob(token) : -.infinity,
      top: best.map { Entry(id: $0, logprob: logprob($0)) })
  }
}
