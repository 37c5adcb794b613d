/// What a request must keep to count as good: at most so many milliseconds of each figure.
struct GoodputLimits: Sendable, Equatable, Codable {
  var ttft: Double?
  var tpot: Double?
  var e2el: Double?

  var isEmpty: Bool { ttft == nil && tpot == nil && e2el == nil }

  init() {}

  /// - Parameter words: `ttft:500`, `tpot:50`, `e2el:10000`.
  /// - Throws: ``BenchError/usage(_:)``.
  init(_ words: [String]) throws {
    for word in words {
      let parts = word.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, let limit = Double(parts[1]), limit > 0, limit.isFinite else {
        throw BenchError.usage("--goodput: FIGURE:MILLISECONDS expected, as in ttft:500, got \(word.debugDescription)")
      }
      let key: WritableKeyPath<GoodputLimits, Double?>
      switch parts[0] {
      case "ttft": key = \.ttft
      case "tpot": key = \.tpot
      case "e2el": key = \.e2el
      default:
        throw BenchError.usage("--goodput: ttft, tpot or e2el expected, got \(String(parts[0]).debugDescription)")
      }
      guard self[keyPath: key] == nil else {
        throw BenchError.usage("--goodput: \(parts[0]) is given twice. Leave one out.")
      }
      self[keyPath: key] = limit
    }
  }

  /// Whether a request has answered within all limits.
  func hold(ttft first: Double?, tpot token: Double?, e2el whole: Double?) -> Bool {
    func holds(_ limit: Double?, _ seconds: Double?, whereMissing: Bool) -> Bool {
      guard let limit else { return true }
      return seconds.map { $0 * 1000 <= limit } ?? whereMissing
    }
    // One token has no time between tokens, and so keeps every limit of it.
    return holds(ttft, first, whereMissing: false) && holds(tpot, token, whereMissing: true)
      && holds(e2el, whole, whereMissing: false)
  }
}
