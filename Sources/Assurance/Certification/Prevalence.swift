/// What a precision that was measured on one mixture of rows is on another.
public enum Prevalence {
  /// The precision of the same classifier at the same threshold where violations are more or less frequent.
  ///
  /// Only the mixture changes: the odds of the precision go with the odds of the prevalence (Bayes). A precision of 0.98 on a balanced file
  /// is 0.72 in a stream with 5 % of violations.
  ///
  /// - Parameters:
  ///   - precision: The share of right ones among the rows that got the label, 0…1.
  ///   - from: The share of rows of that label where it was measured, between 0 and 1.
  ///   - to: The share of rows of that label where it is asked, 0…1.
  /// - Returns: 0…1; `nil` where a number is out of its range.
  public static func precision(_ precision: Double, from: Double, to: Double) -> Double? {
    guard (0...1).contains(precision), from > 0, from < 1, (0...1).contains(to) else { return nil }
    let right = precision * (to / from)
    let wrong = (1 - precision) * ((1 - to) / (1 - from))
    return right + wrong > 0 ? right / (right + wrong) : nil
  }
}
