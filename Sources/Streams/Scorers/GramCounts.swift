/// The n-grams of one length of three texts, and how well what was kept, deleted and added agrees: the parts of SARI.
struct GramCounts {
  /// How often one n-gram stands in each text.
  private struct Count {
    var source = 0
    var prediction = 0
    var reference = 0
  }

  /// The tokens of the three texts.
  private let texts: [[Int]]
  /// The number of the n-gram that begins at each token, for as long as there is one.
  private let grams: [[Int]]
  /// In the order in which n-grams are first seen, so that sums have the same last bits every time.
  private let counts: [Count]

  /// Single tokens.
  init(source: [Int], prediction: [Int], reference: [Int]) {
    let texts = [source, prediction, reference]
    self.init(texts: texts, grams: texts)
  }

  private init(texts: [[Int]], grams: [[Int]]) {
    self.texts = texts
    self.grams = grams
    var counts = [Count](repeating: Count(), count: (grams.joined().max() ?? -1) + 1)
    let parts: [WritableKeyPath<Count, Int>] = [\.source, \.prediction, \.reference]
    for (text, part) in zip(grams, parts) {
      for gram in text { counts[gram][keyPath: part] += 1 }
    }
    self.counts = counts
  }

  /// The n-grams that are one token longer.
  func lengthened() -> GramCounts {
    var numbers: [[Int]: Int] = [:]
    let longer = zip(texts, grams).map { text, grams in
      // The token behind the last gram of a text of t tokens is token t - 1.
      zip(grams, text.suffix(max(0, grams.count - 1))).map { gram, next in
        if let number = numbers[[gram, next]] { return number }
        numbers[[gram, next]] = numbers.count
        return numbers.count - 1
      }
    }
    return GramCounts(texts: texts, grams: longer)
  }

  /// F of what was kept.
  var keep: Double {
    let kept = counts.map { min($0.source, $0.prediction) }
    let right = counts.map { min($0.source, $0.prediction, $0.reference) }
    let shares = zip(right, kept).reduce(0.0) { $1.1 > 0 ? $0 + Double($1.0) / Double($1.1) : $0 }
    let wanted = counts.reduce(0) { $0 + min($1.source, $1.reference) }
    return Self.harmonicMean(
      Self.share(shares, of: kept.count { $0 > 0 }), Self.share(Double(right.reduce(0, +)), of: wanted))
  }

  /// The precision of what was deleted.
  var delete: Double {
    let deleted = counts.map { max(0, $0.source - $0.prediction) }
    let shares = zip(counts, deleted).reduce(0.0) {
      $1.1 > 0 ? $0 + Double(max(0, $1.1 - $1.0.reference)) / Double($1.1) : $0
    }
    return Self.share(shares, of: deleted.count { $0 > 0 })
  }

  /// F of what was added.
  var add: Double {
    let new = counts.filter { $0.source == 0 }
    let right = Double(new.count { $0.prediction > 0 && $0.reference > 0 })
    return Self.harmonicMean(
      Self.share(right, of: new.count { $0.prediction > 0 }), Self.share(right, of: new.count { $0.reference > 0 }))
  }

  /// A share of a number; 1 of none.
  private static func share(_ part: Double, of whole: Int) -> Double { whole == 0 ? 1 : part / Double(whole) }

  private static func harmonicMean(_ one: Double, _ other: Double) -> Double {
    one > 0 || other > 0 ? 2 * one * other / (one + other) : 0
  }
}
