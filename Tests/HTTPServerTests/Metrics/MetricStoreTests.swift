import CoreMetrics
import Testing

@testable import HTTPServer

/// Is everything exported in the format, whatever other libraries call it, and not more of it than may be?
@Suite struct MetricStoreTests {
  private let store = MetricStore()

  private func read() throws -> PrometheusPage { try PrometheusPage(store.text()) }

  @Test func nothingYet() throws {
    #expect(try read().value("accrete_metric_series_refused_total") == 0)
  }

  @Test func whatSwiftMetricsHas() throws {
    let factory = PrometheusFactory(store)
    let counter = Counter(label: "hb.requests", dimensions: [("http.route", "/v1/models")], factory: factory)
    counter.increment()
    counter.increment(by: 41)
    counter.increment(by: -7)
    FloatingPointCounter(label: "work", factory: factory).increment(by: 0.25)
    let meter = Meter(label: "active", factory: factory)
    meter.set(7)
    meter.increment(by: 0.5)
    meter.decrement()
    Gauge(label: "level", factory: factory).record(-2.5)
    let recorder = Recorder(label: "sizes", factory: factory)
    recorder.record(3)
    recorder.record(1e12)
    recorder.record(Double.nan)
    let timer = Timer(label: "http.server.request.duration", factory: factory)
    timer.recordNanoseconds(2_000_000_000)
    timer.recordMilliseconds(3)

    let page = try read()
    #expect(page.value("hb_requests", ["http_route": "/v1/models"]) == 42)
    #expect(page.value("work") == 0.25)
    #expect(page.value("active") == 6.5)
    #expect(page.value("level") == -2.5)
    #expect(page.value("sizes_count") == 2 && page.value("sizes_sum") == 1e12 + 3)
    #expect(page.value("sizes_bucket", ["le": "2"]) == 0 && page.value("sizes_bucket", ["le": "5"]) == 1)
    #expect(page.value("http_server_request_duration_seconds_count") == 2)
    #expect(page.value("http_server_request_duration_seconds_bucket", ["le": "0.005"]) == 1)
    #expect(page.metrics["hb_requests"]?.type == "counter" && page.metrics["active"]?.type == "gauge")
  }

  @Test func whatIsDestroyedIsGone() throws {
    let factory = PrometheusFactory(store)
    let (one, other) = (Counter(label: "c", factory: factory), Counter(label: "c", factory: factory))
    one.increment()
    other.increment()
    one.destroy()
    one.destroy()
    #expect(try read().value("c") == 2)
    let before = store.seriesLeft
    other.destroy()
    #expect(try read().value("c") == nil)
    #expect(store.seriesLeft == before + 1)
    Counter(label: "c", factory: factory).increment()
    #expect(try read().value("c") == 1)
  }

  @Test(
    arguments: [
      "plain", "", "a \"quoted\" word", "\"", "\\", "\\n", "line\nfeed", "\r\n", "\n\n\n", "a\\", "\\\"", "ä😀",
      "{a=\"b\"} 1", "# HELP a b",
      "\u{0}\u{7}\u{2028}",
    ])
  func valuesComeBack(value: String) throws {
    Counter(label: "c", dimensions: [("l", value)], factory: PrometheusFactory(store)).increment()
    let samples = try #require(try read().metrics["c"]).samples
    #expect(samples.count == 1 && samples[0].labels["l"].map { Array($0.utf8) } == Array(value.utf8))
  }

  @Test func canonicallyEquivalentValuesAreTwo() throws {
    let factory = PrometheusFactory(store)
    for value in ["\u{E9}", "e\u{301}"] {
      Counter(label: "c", dimensions: [("l", value)], factory: factory).increment()
    }
    #expect(store.text().split(separator: UInt8(ascii: "\n")).count(where: { $0.starts(with: "c{".utf8) }) == 2)
  }

  @Test(
    arguments: [
      ("a.b-c d", "a_b_c_d"), ("", "_"), ("9", "_9"), ("né", "n__"), ("a:b", "a:b"), ("a\nb{", "a_b_"),
      (String(repeating: "x", count: 10_000), String(repeating: "x", count: 200)),
    ])
  func namesAreMadeAllowed(label: String, name: String) throws {
    Counter(label: label, factory: PrometheusFactory(store)).increment()
    #expect(try read().value(name) == 1)
  }

  @Test func labelsAreMadeAllowed() throws {
    let long = String(repeating: "é", count: 1_000)
    let dimensions = [("le", "1"), ("__name__", "x"), ("a.b", "1"), ("a-b", "2"), ("1", long), ("", "e")]
    Timer(label: "t", dimensions: dimensions, factory: PrometheusFactory(store)).recordSeconds(1)
    let count = try #require(try read().samples.first { $0.name == "t_seconds_count" })
    #expect(count.labels.keys.sorted() == ["_", "_1", "_name__", "a_b", "a_b2", "le2"])
    #expect(count.labels["_1"] == String(repeating: "é", count: 128))
  }

  @Test func namesThatAreTaken() throws {
    let factory = PrometheusFactory(store)
    Counter(label: "x_count", factory: factory).increment()
    // All of these would have lines of another metric's name, or another type of the same.
    Recorder(label: "x", factory: factory).record(1)
    Meter(label: "x_count", factory: factory).set(9)
    Counter(label: "accrete.metric.series.refused.total", factory: factory).increment(by: 100)
    let page = try read()
    #expect(page.value("x_count") == 1 && page.metrics["x"] == nil)
    #expect(page.value("accrete_metric_series_refused_total").map { $0 > 0 && $0 < 100 } == true)
  }

  @Test func moreThanMayBeIsCountedAsOther() throws {
    let store = MetricStore(limit: 20)
    let factory = PrometheusFactory(store)
    for number in 0..<1_000 { Counter(label: "c", dimensions: [("n", "\(number)")], factory: factory).increment() }
    Recorder(label: "wide", factory: factory).record(1)
    let page = try PrometheusPage(store.text())
    #expect(page.lines <= 20)
    #expect(page.metrics["wide"] == nil)
    #expect(page.samples.filter { $0.name == "c" }.map(\.value).reduce(0, +) == 1_000)
    #expect(page.value("c", ["n": "other"]).map { $0 >= 980 } == true && page.value("c", ["n": "0"]) == 1)
    #expect(page.value("accrete_metric_series_refused_total").map { $0 >= 980 } == true)
  }

  @Test(arguments: [0, 1, -5]) func aLimitThatLeavesNothing(limit: Int) throws {
    let store = MetricStore(limit: limit)
    Counter(label: "c", factory: PrometheusFactory(store)).increment()
    #expect(try PrometheusPage(store.text()).metrics.keys.sorted() == ["accrete_metric_series_refused_total"])
  }

  @Test func manyAtOnceLoseNothing() async throws {
    let factory = PrometheusFactory(store)
    let (store, tasks, times) = (self.store, 16, 2_000)
    await withTaskGroup(of: Void.self) { group in
      for task in 0..<tasks {
        group.addTask {
          let timer = Timer(label: "t", factory: factory)
          let meter = Meter(label: "m", factory: factory)
          for time in 0..<times {
            Counter(label: "c", dimensions: [("n", "\((task + time) % 7)")], factory: factory).increment(by: 3)
            timer.recordNanoseconds(1_000_000_000)
            meter.increment(by: 0.5)
          }
        }
      }
      group.addTask { for _ in 0..<50 { _ = store.text() } }
    }
    let (page, all) = (try read(), Double(tasks * times))
    #expect(page.samples.filter { $0.name == "c" }.map(\.value).reduce(0, +) == 3 * all)
    #expect(page.value("t_seconds_count") == all && page.value("t_seconds_sum") == all)
    #expect(page.value("m") == all / 2)
  }

  @Test func numbersThatAreNone() throws {
    let factory = PrometheusFactory(store)
    for (name, value) in [
      ("a", Double.nan), ("b", .infinity), ("c", -.infinity), ("d", 1e300), ("e", -0.0), ("f", 1e-9),
    ] {
      Meter(label: name, factory: factory).set(value)
    }
    let counter = FloatingPointCounter(label: "g", factory: factory)
    for value in [Double.nan, .infinity, -1] { counter.increment(by: value) }
    let page = try read()
    #expect(page.value("a")?.isNaN == true && page.value("b") == .infinity && page.value("c") == -.infinity)
    #expect(page.value("d") == 1e300 && page.value("e") == 0 && page.value("f") == 1e-9 && page.value("g") == 0)
  }
}
