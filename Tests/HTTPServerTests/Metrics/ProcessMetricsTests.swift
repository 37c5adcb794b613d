import Foundation
import Testing

@testable import HTTPServer

/// Is what is said of the process what the system says?
@Suite struct ProcessMetricsTests {
  private static let status = "42 (a) b (c)) S 1 42 42 0 -1 4194560 100 0 0 0 5 6 0 0 20 0 7 0 12345 1000 200"

  @Test func theStartOfAProcess() {
    let system = "cpu  1 2 3\nbtime 1700000000\nprocesses 5\n"
    #expect(ProcessMetrics.started(status: Self.status, system: system, ticksPerSecond: 100) == 1_700_000_123.45)
  }

  @Test(
    arguments: [
      ("", "btime 1\n", 100.0), (status, "", 100), (status, "btime x\n", 100), (status, "btime 1\n", 0),
      ("42 (a", "btime 1\n", 100),
      ("42 (a) S 1", "btime 1\n", 100), (status.replacing("12345", with: "?"), "btime 1\n", 100),
    ])
  func whatSaysNothing(status: String, system: String, ticks: Double) {
    #expect(ProcessMetrics.started(status: status, system: system, ticksPerSecond: ticks) == nil)
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self/stat"))) func thisProcess() throws {
    let page = try PrometheusPage(ServerMetrics(base: "b", maxExperts: 1).text())
    let now = Date.now.timeIntervalSince1970
    #expect(page.value("process_start_time_seconds").map { $0 > now - 86_400 && $0 < now + 60 } == true)
    #expect(page.value("process_resident_memory_bytes").map { $0 > 1e6 && $0 < 1e13 } == true)
    #expect(page.value("process_cpu_seconds_total").map { $0 > 0 } == true)
    #expect(page.value("process_open_fds").map { $0 >= 3 } == true)
  }
}
