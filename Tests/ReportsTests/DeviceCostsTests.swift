import TestSupport
import Testing

@testable import Reports

/// Does a report show a GPU's memory beside the process's, and nothing of it where there is none?
@Suite struct DeviceCostsTests {
  @Test func besideTheProcess() throws {
    let scratch = try Scratch()
    let report = try comparison([PaperRun(deviceMebibytes: 7), PaperRun(seed: 1, deviceMebibytes: 9)], in: scratch)
    #expect(report.costs.map(\.name).suffix(3) == ["peak memory", "peak memory of the GPU", "held on the GPU"])
    let peak = try #require(report.groups.first?.values["peak memory of the GPU"])
    #expect(peak.mean == Double(8 << 20))
    let plain = try comparison([PaperRun()], in: try Scratch())
    #expect(plain.costs.last?.name == "peak memory")
  }

  @Test func inALine() throws {
    let scratch = try Scratch()
    func line(_ run: PaperRun, as name: String) throws -> String {
      let metrics = try #require(try ReportedRun(run.write(to: scratch, as: name)).metrics)
      return MetricLines.render(metrics)
    }
    #expect(
      try line(PaperRun(deviceMebibytes: 7), as: "gpu").hasSuffix("peak memory 1 MiB, 7 MiB on cuda:1 (9 MiB held)"))
    #expect(try line(PaperRun(), as: "cpu").hasSuffix("peak memory 1 MiB"))
  }
}
