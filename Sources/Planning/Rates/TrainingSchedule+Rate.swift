import Foundation

extension TrainingSchedule {
  /// Of all stages together.
  public var length: Int { total + long }

  /// After how much the anneal begins: the last position of the main stage.
  public var annealBegins: Int { total - position(annealShare) }

  /// The learning rate of the step that ends at a position.
  ///
  /// - Parameter done: Tokens or steps done when the step is over, 1 to ``length``.
  /// - Throws: ``RateError/outsideOfSchedule(done:length:)``.
  public func rate(after done: Int) throws -> Double {
    switch try stage(after: done) {
    case .main: mainRate(done)
    case .anneal:
      // From where the main stage ended; half a cosine.
      Self.fall(
        from: mainRate(annealBegins), to: peak * annealEnd,
        share: Double(done - annealBegins) / Double(total - annealBegins))
    case .long: total > annealBegins ? peak * annealEnd : mainRate(total)
    }
  }

  /// Which stage the step that ends at a position belongs to. A step that crosses a border belongs to the stage it ends in.
  ///
  /// - Parameter done: Tokens or steps done when the step is over, 1 to ``length``.
  /// - Throws: ``RateError/outsideOfSchedule(done:length:)``.
  public func stage(after done: Int) throws -> Stage {
    guard (1...length).contains(done) else { throw RateError.outsideOfSchedule(done: done, length: length) }
    return done <= annealBegins ? .main : done <= total ? .anneal : .long
  }

  /// A share of the total, as a position.
  func position(_ share: Double) -> Int {
    // The rounded product of a share of at most 1 can be beyond `Int` only at its very end.
    min(Int(exactly: (share * Double(total)).rounded()) ?? total, total)
  }

  private func mainRate(_ done: Int) -> Double {
    if done < warmUp { return peak * Double(done) / Double(warmUp) }
    switch decay {
    case .constant: return peak
    case .cosine:
      let end = min(position(decayEnds), annealBegins)
      // A decay without length: nothing lies between the warm-up and the anneal.
      guard end > warmUp else { return done > end ? peak * floor : peak }
      return Self.fall(from: peak, to: peak * floor, share: Double(done - warmUp) / Double(end - warmUp))
    case .inverseSquareRoot:
      // Before the first position there is nothing done, and no rate to be had from it.
      return peak * max((Double(warmUp) / Double(max(done, 1))).squareRoot(), floor)
    }
  }

  /// Half a cosine from one rate to another; the ends themselves are exact.
  private static func fall(from high: Double, to low: Double, share: Double) -> Double {
    if share >= 1 { return low }
    return low + (high - low) * 0.5 * (1 + cos(Double.pi * share))
  }
}
