import TestSupport

extension Scratch {
  /// Writes `NAME/metrics.json`.
  func run(_ name: String, _ json: String) throws { try write(json, to: "\(name)/metrics.json") }
}
