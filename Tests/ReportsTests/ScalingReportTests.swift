import Files
import Foundation
import Markup
import Planning
import Testing

@testable import Reports

/// Do page, text and file say what was fitted, and how far it goes?
@Suite struct ScalingReportTests {
  /// Parabolas in ln N with their minimum at 0.1 √C, at 6 N FLOP for each token.
  private static func runs(name: String = "run") throws -> [ScalingRun] {
    try [1e13, 4e13, 1.6e14].flatMap { flops in
      try [0.4, 1, 2.5].map { share in
        let size = (share * 0.1 * flops.squareRoot()).rounded()
        let tokens = (flops / (6 * size)).rounded()
        let loss = 10 - 0.2 * log(flops) + 0.05 * pow(log(share), 2)
        return try ScalingRun(
          name: "\(name)-\(flops)-\(share)",
          record: .init(
            activatedParameters: Int(size), parameters: Int(size), tokens: Int(tokens), flops: 6 * size * tokens,
            heldOutNatsPerToken: loss, heldOutBitsPerByte: loss / 2, seed: 0))
      }
    }
  }

  @Test func textHasEveryNumber() throws {
    let text = ScalingReport(try ScalingFit(Self.runs(), compute: 1e15, draws: 50, seed: 1)).text
    for part in [
      "N_opt = 0.1 · C^0.5000", "1e13 FLOP", "316k", "Extrapolated: 1e15 FLOP lies outside", "N_opt exponent b",
      "of 50",
      "seed 1, n = 9 runs", "A token costs 6 N", "Few runs:", "planned N_opt at 1e15 FLOP, isoFLOP",
    ] {
      #expect(text.contains(part), "\(part) is missing in\n\(text)")
    }
  }

  @Test func pageIsBalancedAndEscaped() throws {
    let html = ScalingReport(try ScalingFit(Self.runs(name: "<b>&\u{1B}"), draws: 50)).html
    requireBalanced(html)
    #expect(!html.contains("<b>") && !html.contains("\u{1B}") && html.contains("&lt;b&gt;&amp;"))
    #expect(html.contains("Hunyuan-Large") && html.contains("scaling.json beside it") && html.contains(">316k<"))
    // Three parabolas, each with its runs, and the minima.
    #expect(html.components(separatedBy: "class=\"line\"").count - 1 >= 5)
  }

  @Test func filesAreTheSameAgain() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("accrete-scaling-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let report = ScalingReport(try ScalingFit(Self.runs(), draws: 50))
    try report.write(to: folder)
    let files = ["scaling.html", "scaling.json"].map { folder.appendingPathComponent($0) }
    let first = try files.map { try Data(contentsOf: $0) }
    try report.write(to: folder)
    #expect(try first == files.map { try Data(contentsOf: $0) } && first.allSatisfy { $0.count > 1000 })
  }

  @Test(arguments: [
    (0.0, "0"), (312.4, "312"), (999.6, "1k"), (31_234, "31.2k"), (5.64e12, "5.64T"), (-2e6, "−2M"), (1e15, "1e15"),
    (0.0589, "0.0589"), (1.23e-5, "1.23e-5"), (.infinity, "–"),
  ])
  func compactNumbers(value: Double, text: String) {
    #expect(Format.compact(value) == text)
  }

  @Test func logarithmicAxes() {
    let axis = Axis(.counts, covering: [3e5, 1e7])
    #expect(axis.ticks.map(axis.label) == ["500k", "1M", "2M", "5M", "10M"])
    #expect(abs(axis.share(3e5.squareRoot() * 1e7.squareRoot()) - 0.5) < 1e-12)
    #expect(
      Axis(.powers, covering: [1e13, 1e14]).ticks.map(Axis(.powers, covering: [1e13, 1e14]).label).first == "1e13")
    for values in [[], [0], [-1, .nan], [5, 5], [1e-299, 1e299], [.infinity]] as [[Double]] {
      let axis = Axis(.counts, covering: values)
      #expect((2..<40).contains(axis.ticks.count) && axis.low < axis.high)
      for value in values { #expect((0...1).contains(axis.share(value))) }
    }
  }
}
