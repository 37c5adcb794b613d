/// What a confidence level leaves outside.
enum Level {
  /// The probability of each of two tails; `nil` if the level is not between 0 and 1.
  ///
  /// Callers answer with the widest interval then: an invalid level must not let a gate pass.
  static func twoTails(_ level: Double) -> Double? { oneTail(level).map { $0 / 2 } }

  /// The probability of one tail; `nil` if the level is not between 0 and 1.
  static func oneTail(_ level: Double) -> Double? { level > 0 && level < 1 ? 1 - level : nil }
}
