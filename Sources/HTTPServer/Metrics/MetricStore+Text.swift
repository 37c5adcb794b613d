extension MetricStore {
  /// Of what type an answer with ``text()`` is.
  public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

  /// All metrics in Prometheus' text format 0.0.4.
  public func text() -> [UInt8] {
    var text = PrometheusText()
    for family in families {
      for name in family.form.names {
        switch family {
        case .numbers(let family): text.write(family, as: name)
        case .histograms(let family): text.write(family, as: name)
        }
      }
    }
    return text.bytes
  }
}

/// Prometheus' text format 0.0.4, as it is written.
private struct PrometheusText {
  private(set) var bytes: [UInt8] = []

  mutating func write(_ family: MetricFamily<NumberCell>, as name: String) {
    begin(family.form, as: name)
    for (labels, cell) in family.series { sample(name, labels, Self.number(cell.value)) }
  }

  mutating func write(_ family: MetricFamily<HistogramCell>, as name: String) {
    begin(family.form, as: name)
    for (labels, cell) in family.series {
      let counts = cell.current
      let others = labels.isEmpty ? "" : labels + ","
      var total = 0
      for (bucket, count) in counts.buckets.enumerated() {
        total &+= count
        let bound = bucket < cell.bounds.count ? Self.number(cell.bounds[bucket]) : "+Inf"
        sample(name + "_bucket", "\(others)le=\"\(bound)\"", String(total))
      }
      sample(name + "_sum", labels, Self.number(counts.sum))
      sample(name + "_count", labels, String(total))
    }
  }

  private mutating func begin(_ form: MetricForm, as name: String) {
    bytes += "# HELP \(name) \(MetricLabel.escaped(form.help, andQuotes: false))\n".utf8
    bytes += "# TYPE \(name) \(form.kind.rawValue)\n".utf8
  }

  private mutating func sample(_ name: String, _ labels: String, _ value: String) {
    bytes += name.utf8
    if !labels.isEmpty { bytes += "{\(labels)}".utf8 }
    bytes += " \(value)\n".utf8
  }

  /// A number as Go reads it, whole ones without a point.
  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    if let whole = Int(exactly: value), value.magnitude < 1e15 { return String(whole) }
    return String(value)
  }
}
