import Foundation
import Testing

@testable import Records
@testable import Reports

/// Are means, deviations and intervals what they are called?
@Suite struct EstimateTests {
  @Test func meanAndSampleDeviation() throws {
    // Deviations −0.1, 0, 0.1: s² = 0.02 / 2.
    let estimate = try #require(Estimate([0.7, 0.8, 0.9]))
    #expect(abs(estimate.mean - 0.8) < 1e-12 && estimate.runs == 3 && estimate.interval == nil)
    #expect(abs((estimate.deviation ?? 0) - 0.1) < 1e-12)
    let two = try #require(Estimate([1, 4]))
    #expect(abs((two.deviation ?? 0) - 4.5.squareRoot()) < 1e-12)
    #expect(two.range.map { abs($0.upperBound - (2.5 + 4.5.squareRoot())) < 1e-12 } == true)
  }

  @Test func oneRunHasItsInterval() throws {
    let interval = try JSONDecoder().decode(
      BootstrapInterval.self, from: Data(#"{"lower":0.6,"upper":0.9,"draws":10,"seed":1}"#.utf8))
    let one = try #require(Estimate([0.75], interval: interval))
    #expect(one.deviation == nil && one.range == 0.6...0.9)
    let several = try #require(Estimate([0.75, 0.75], interval: interval))
    #expect(several.interval == nil && several.deviation == 0)
  }

  @Test func whatHasNoMean() {
    #expect(Estimate([]) == nil)
    #expect(Estimate([1e308, 1e308]) == nil)
    #expect(Estimate(whole: [0.5, nil]) == nil)
    #expect(Estimate(whole: [0.5, 0.7]) == Estimate([0.5, 0.7]))
    // The mean is a number, the deviation is none.
    #expect(Estimate([1e300, -1e300]).map { $0.mean == 0 && $0.deviation == nil } == true)
  }

  @Test(arguments: [
    ("ACC", Measure.Better?.some(.larger)), ("BWT", .larger), ("FWT", .larger), ("LA", .larger), ("FGT", .smaller),
    ("ACC, task inferred", .larger), ("router accuracy", .larger), ("FGT, task inferred", .smaller),
    ("unknown rate", nil), ("lateral", nil),
  ])
  func whichEndIsTheGoodOne(name: String, better: Measure.Better?) throws {
    let text = #"{"name":"\#(name)","formula":"","value":0.5,"n":1,"seed":0}"#
    let metric = try JSONDecoder().decode(RunMetrics.Metric.self, from: Data(text.utf8))
    #expect(Measure(metric, isSigned: false).better == better)
  }
}
