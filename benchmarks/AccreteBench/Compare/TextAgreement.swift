import Files

/// How many answers of two servers are the same text.
struct TextAgreement: Codable, Sendable, Equatable {
  /// Requests that both answered.
  let compared: Int
  let equal: Int

  /// `nil` where none was compared.
  var share: Double? { compared > 0 ? Double(equal) / Double(compared) : nil }

  /// - Parameter rounds: Of each round the records of both servers, whose requests are the same.
  init(_ rounds: [(one: [RequestRecord], other: [RequestRecord])]) {
    var (compared, equal) = (0, 0)
    for round in rounds {
      let others = Dictionary(round.other.map { ($0.number, $0) }) { first, _ in first }
      for record in round.one where record.isAnswered {
        guard let other = others[record.number], other.isAnswered else { continue }
        compared += 1
        // Of the bytes, so that only texts that are equal code point by code point are equal.
        equal += record.textDigest == other.textDigest ? 1 : 0
      }
    }
    (self.compared, self.equal) = (compared, equal)
  }
}
