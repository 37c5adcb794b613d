/// What a metric is, apart from its values.
struct MetricForm: Sendable, Equatable {
  /// How Prometheus calls a kind of metric.
  enum Kind: String, Sendable {
    case counter, gauge, histogram
  }

  let name: String
  /// What it counts, and in which unit.
  let help: String
  let kind: Kind
  /// The upper bounds of a histogram's buckets, ascending and finite.
  let bounds: [Double]
  /// The name that it has as well.
  let alias: String?

  init(_ name: String, _ kind: Kind, help: String, bounds: [Double] = [], alias: String? = nil) {
    (self.name, self.kind, self.help, self.bounds, self.alias) = (name, kind, help, bounds, alias)
  }

  /// Both names.
  var names: [String] { [name] + (alias.map { [$0] } ?? []) }

  /// The names of all its samples; none of them may be another metric's.
  var sampleNames: [String] {
    kind == .histogram ? names.flatMap { [$0, $0 + "_bucket", $0 + "_sum", $0 + "_count"] } : names
  }

  /// How many lines one of its cells takes.
  var lines: Int { names.count * (kind == .histogram ? bounds.count + 3 : 1) }
}
