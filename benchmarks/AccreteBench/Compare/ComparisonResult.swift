import Files

/// What a comparison found, as its file has it.
struct ComparisonResult: Codable, Sendable {
  static let format = "accrete-bench-compare/1"

  /// One measurement of the plan.
  struct Cell: Codable, Sendable {
    let name: String
    let server: String
    let round: Int
    /// Its place in the order in which all were made.
    let order: Int
    let measurement: Measurement
  }

  /// A server beside the first one, in one case.
  struct Verdict: Codable, Sendable {
    let name: String
    let server: String
    let reference: String
    let ratios: [String: Ratio]
    /// `nil`: texts were not compared.
    let texts: TextAgreement?
  }

  var format = Self.format
  let program: String
  let rounds: Int
  /// Whether all rounds were made.
  var isComplete: Bool
  var cells: [Cell]
  var verdicts: [Verdict]
  let formulas: [String: String]

  /// What servers are to the first one.
  ///
  /// - Parameters:
  ///   - cells: All measurements.
  ///   - cases: Their names.
  ///   - servers: Their names, the one that all are compared with first.
  ///   - comparesTexts: Whether texts are compared.
  static func verdicts(_ cells: [Cell], cases: [String], servers: [String], comparesTexts: Bool) -> [Verdict] {
    guard let reference = servers.first else { return [] }
    return cases.flatMap { name in
      let rounds = cells.filter { $0.name.hasSameCodePoints(as: name) }
      func measurements(_ server: String) -> [Int: Measurement] {
        let own = rounds.filter { $0.server.hasSameCodePoints(as: server) }
        return Dictionary(own.map { ($0.round, $0.measurement) }) { first, _ in first }
      }
      let first = measurements(reference)
      return servers.dropFirst().map { server in
        let other = measurements(server)
        let both = first.keys.filter { other[$0] != nil }.sorted()
        let pairs = both.compactMap { round in first[round].flatMap { one in other[round].map { (one, $0) } } }
        var ratios: [String: Ratio] = [:]
        for figure in ComparedFigure.allCases {
          ratios[figure.rawValue] = Ratio(
            pairs.map { figure.value(of: $0.1) }, over: pairs.map { figure.value(of: $0.0) })
        }
        return Verdict(
          name: name, server: server, reference: reference, ratios: ratios,
          texts: comparesTexts ? TextAgreement(pairs.map { ($0.0.requests, $0.1.requests) }) : nil)
      }
    }
  }
}
