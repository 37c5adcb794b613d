/// A text in Prometheus' format 0.0.4, read as strictly as its grammar says, and what the format asks of histograms.
struct PrometheusPage {
  struct Series: Hashable {
    let name: String
    let labels: [String: String]
  }

  struct Sample: Equatable {
    let series: Series
    let value: Double

    var name: String { series.name }
    var labels: [String: String] { series.labels }
  }

  struct Metric: Equatable {
    let name: String
    let help: String
    let type: String
    var samples: [Sample] = []
  }

  struct Failure: Error, CustomStringConvertible {
    let line: String
    let reason: String
    var description: String { "\(reason): \(line)" }
  }

  private(set) var metrics: [String: Metric] = [:]
  private(set) var lines = 0

  /// The value of the only sample of this name with all of these labels, among others.
  func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    let found = samples.filter { sample in
      sample.name == name && labels.allSatisfy { sample.labels[$0.key] == $0.value }
    }
    return found.count == 1 ? found[0].value : nil
  }

  var samples: [Sample] { metrics.values.flatMap(\.samples) }

  init(_ bytes: [UInt8]) throws {
    guard bytes.isEmpty || bytes.last == UInt8(ascii: "\n") else {
      throw Failure(line: "", reason: "no line end at the end")
    }
    guard let text = String(validating: bytes, as: UTF8.self) else { throw Failure(line: "", reason: "not UTF-8") }
    var current: Metric?
    var seen: Set<Series> = []
    var help: (name: String, text: String)?
    // By scalars: CR LF is one character, and a CR may stand in a value.
    for line in text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
      var reader = LineReader(line)
      if reader.takes("# HELP ") {
        guard help == nil else { throw reader.failure("HELP twice") }
        let name = try reader.metricName()
        try reader.expect(" ")
        help = (name, try reader.helpText())
      } else if reader.takes("# TYPE ") {
        let name = try reader.metricName()
        try reader.expect(" ")
        let type = reader.rest()
        guard let known = help, known.name == name else { throw reader.failure("TYPE without its HELP") }
        guard ["counter", "gauge", "histogram"].contains(type) else { throw reader.failure("unknown type \(type)") }
        guard metrics[name] == nil, current?.name != name else { throw reader.failure("a metric twice") }
        if let current { metrics[current.name] = current }
        current = Metric(name: name, help: known.text, type: type)
        help = nil
      } else {
        let sample = try reader.sample()
        guard help == nil, let metric = current else { throw reader.failure("a sample without a TYPE") }
        let suffixes = metric.type == "histogram" ? ["_bucket", "_sum", "_count"] : [""]
        guard suffixes.contains(where: { metric.name + $0 == sample.name }) else {
          throw reader.failure("a sample of another metric than \(metric.name)")
        }
        guard seen.insert(sample.series).inserted else { throw reader.failure("a series twice") }
        current?.samples.append(sample)
        lines += 1
      }
    }
    guard help == nil else { throw Failure(line: "", reason: "HELP without TYPE at the end") }
    if let current { metrics[current.name] = current }
    for metric in metrics.values { try Self.check(metric) }
  }

  private static func check(_ metric: Metric) throws {
    if metric.type == "counter" {
      for sample in metric.samples where !(sample.value >= 0) {
        throw Failure(line: sample.name, reason: "a counter below zero")
      }
    }
    guard metric.type == "histogram" else { return }
    func others(_ sample: Sample) -> [String: String] { sample.labels.filter { $0.key != "le" } }
    for labels in Set(metric.samples.map(others)) {
      let own = metric.samples.filter { others($0) == labels }
      let buckets = own.filter { $0.name == metric.name + "_bucket" }
      let bounds = buckets.compactMap { $0.labels["le"] }.compactMap { Double($0 == "+Inf" ? "inf" : $0) }
      guard bounds.count == buckets.count, bounds.last?.isInfinite == true,
        zip(bounds, bounds.dropFirst()).allSatisfy({ $0 < $1 })
      else { throw Failure(line: metric.name, reason: "bounds \(bounds)") }
      let counts = buckets.map(\.value)
      guard zip(counts, counts.dropFirst()).allSatisfy({ $0 <= $1 }) else {
        throw Failure(line: metric.name, reason: "counts \(counts) are not cumulative")
      }
      guard own.filter({ $0.name == metric.name + "_sum" }).count == 1,
        own.first(where: { $0.name == metric.name + "_count" })?.value == counts.last, own.count == buckets.count + 2
      else { throw Failure(line: metric.name, reason: "sum or count is missing or wrong") }
    }
  }
}

/// One line, from its front.
private struct LineReader {
  private let line: Substring.UnicodeScalarView
  private var left: Substring.UnicodeScalarView

  init(_ line: Substring.UnicodeScalarView) { (self.line, left) = (line, line) }

  func failure(_ reason: String) -> PrometheusPage.Failure { .init(line: String(line), reason: reason) }

  mutating func takes(_ text: String) -> Bool {
    guard left.starts(with: text.unicodeScalars) else { return false }
    left = left.dropFirst(text.unicodeScalars.count)
    return true
  }

  mutating func expect(_ text: String) throws {
    guard takes(text) else { throw failure("expected \(text)") }
  }

  mutating func rest() -> String {
    defer { left = left.suffix(0) }
    return String(left)
  }

  mutating func metricName() throws -> String { try name("_:") }

  private mutating func name(_ others: String) throws -> String {
    let name = left.prefix {
      $0.isASCII && ($0.properties.isAlphabetic || ("0"..."9").contains($0)) || others.unicodeScalars.contains($0)
    }
    guard let first = name.first, !("0"..."9").contains(first) else { throw failure("no name") }
    left = left.dropFirst(name.count)
    return String(name)
  }

  mutating func helpText() throws -> String {
    var text = String.UnicodeScalarView()
    while let scalar = left.popFirst() {
      try text.append(scalar == "\\" ? escaped(["\\": "\\", "n": "\n"]) : scalar)
    }
    return String(text)
  }

  private mutating func escaped(_ known: [Unicode.Scalar: Unicode.Scalar]) throws -> Unicode.Scalar {
    guard let scalar = left.popFirst().flatMap({ known[$0] }) else { throw failure("unknown escape") }
    return scalar
  }

  mutating func sample() throws -> PrometheusPage.Sample {
    let name = try metricName()
    var labels: [String: String] = [:]
    if takes("{") {
      repeat {
        let label = try self.name("_")
        guard !label.hasPrefix("__"), labels[label] == nil else { throw failure("label \(label)") }
        try expect("=\"")
        var value = String.UnicodeScalarView()
        while true {
          guard let scalar = left.popFirst() else { throw failure("a value without an end") }
          if scalar == "\"" { break }
          try value.append(scalar == "\\" ? escaped(["\\": "\\", "n": "\n", "\"": "\""]) : scalar)
        }
        labels[label] = String(value)
      } while takes(",")
      try expect("}")
    }
    try expect(" ")
    return PrometheusPage.Sample(series: .init(name: name, labels: labels), value: try number())
  }

  private mutating func number() throws -> Double {
    let text = rest()
    switch text {
    case "+Inf": return .infinity
    case "-Inf": return -.infinity
    case "NaN": return .nan
    default:
      guard text.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.e".contains($0)) }), let number = Double(text) else {
        throw failure("no number")
      }
      return number
    }
  }
}
