/// A number that a method can be given: `--option NAME=VALUE`, or a key under `options` in a run's YAML file.
public struct Hyperparameter: Sendable, Equatable {
  public let name: String
  /// Its value when none is given.
  public let initial: Double
  public let range: ClosedRange<Double>
  public let isWhole: Bool
  /// What it does, and where its value comes from.
  public let explanation: String

  /// A real number.
  public init(_ name: String, _ initial: Double, in range: ClosedRange<Double>, _ explanation: String) {
    (self.name, self.initial, self.range, self.explanation) = (name, initial, range, explanation)
    isWhole = false
  }

  /// A whole number; 0…1 for what is on or off.
  public init(_ name: String, whole initial: Int, in range: ClosedRange<Int>, _ explanation: String) {
    self.name = name
    self.initial = Double(initial)
    self.range = Double(range.lowerBound)...Double(range.upperBound)
    self.explanation = explanation
    isWhole = true
  }

  var allowed: String { "\(isWhole ? "a whole number" : "a number") from \(range.lowerBound) to \(range.upperBound)" }

  func check(_ value: Double, of method: String) throws {
    guard range.contains(value), !isWhole || value == value.rounded() else {
      throw LearningError.invalidOption(name: "option `\(name)` of \(method)", got: "\(value)", allowed: allowed)
    }
  }
}
