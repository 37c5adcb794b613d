/// What this program is called in files.
enum Program {
  /// The version of the package (`Manifest.accreteVersion`, whose module brings a model's layers that no load generator needs).
  static let version = "0.2.0"
}
