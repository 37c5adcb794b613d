// Whole numbers from floating-point ones, without the trap of Swift's own conversion, which ends the process for NaN, infinities and
// everything out of range. A number that an option, a file or a clock decides may be any of these.

extension FixedWidthInteger {
  /// The number without its fraction; the nearest there is where it is out of range, and 0 for NaN.
  ///
  /// For what is shown, and for what is bounded elsewhere. Where another number than the right one would be a wrong result, use `init(exactly:)` and say what is wrong.
  /// - Parameter value: Any number.
  @inlinable package init<Number: BinaryFloatingPoint>(saturating value: Number) {
    let whole = value.rounded(.towardZero)
    if let exact = Self(exactly: whole) {
      self = exact
    } else {
      self = whole.isNaN ? 0 : whole < 0 ? .min : .max
    }
  }
}
