import Files
import Foundation
import Registry

/// How far a version's confidences may be from how often they are right, by what was measured of it on gate rows, which taught it nothing.
///
/// With a confidence c of the most probable label and q for how often labels of such a confidence are right, the error of a row is |q − c|. Its
/// mean over the n gate rows, in the bins of the expected calibration error, is at most
///
///     ECE + √(ln 20 / 2n)
///
/// with a probability of 95 %. For the signs s that make it largest it is the mean of s(q − c), and the measured error is at least the mean of
/// s(y − c), where y is 1 for a right label: the two differ by a mean of n independent numbers, each from an interval of length 1 and of mean 0,
/// which Hoeffding's inequality bounds (1963). Of several labels a row's error is the mean over its labels, for which the same is true.
struct CalibrationBound {
  /// Fewer gate rows say nothing, whatever came out on them.
  static let fewestRows = 100
  /// The largest bound that is good enough.
  static let most = 0.1

  let value: Double

  /// - Parameters:
  ///   - metrics: What was measured of the version.
  ///   - task: Its name.
  ///   - gateRows: Rows that its manifest lists as such.
  /// - Returns: `nil` where it was not measured, or on too few rows.
  init?(_ metrics: [MetricRecord], of task: String, gateRows: Int) {
    let measured = metrics.first { $0.name.hasSameCodePoints(as: "ece") && $0.task.hasSameCodePoints(as: task) }
    guard let measured, let n = measured.n, n >= Self.fewestRows, n <= gateRows, (0...1).contains(measured.value) else {
      return nil
    }
    value = measured.value + (log(20) / Double(2 * n)).squareRoot()
  }

  /// Whether probabilities of such a version may be called calibrated.
  static func suffices(_ value: Double?) -> Bool { value.map { $0 <= most } ?? false }
}
