import Serving
import Testing

@testable import accrete

/// Does `explain` say the truth about distances that do not decide?
@Suite struct ExplainCommandTests {
  /// Abuse and news are nearer by their own measure, and not near enough beside spam, which was learned before them.
  @Test func unclaimed() {
    let route = RequestRouter.Route(
      task: nil, confidence: 0.9, distance: 2.65, nearest: "spam",
      distances: ["spam": 2.65, "abuse": 1.99, "news": 1.1],
      leads: ["abuse": -0.25, "news": -0.5])
    let lines = ExplainCommand.lines(route, unknownAbove: 2.5)
    #expect(
      lines[0]
        == "route: no task claims it; it falls to spam, which is too far, at distance 2.65 (1 is usual for a text of this length, above 2.5 is unknown)"
    )
    #expect(lines[1].hasPrefix("  news has the smallest distance, 1.10, which alone does not decide"))
    #expect(
      lines.suffix(3) == [
        "  news  distance 1.10: not near enough beside the tasks before it (by 0.50)",
        "  abuse  distance 1.99: not near enough beside the tasks before it (by 0.25)",
        "  spam  distance 2.65: too far",
      ])
  }

  /// Where the task that has the text is the nearest one, too, there is nothing to explain.
  @Test func claimed() {
    let route = RequestRouter.Route(
      task: "spam", confidence: 0.9, distance: 0.9, nearest: "spam", distances: ["spam": 0.9, "abuse": 1.99],
      leads: ["abuse": -0.25])
    let lines = ExplainCommand.lines(route, unknownAbove: 2.5)
    #expect(lines[0].hasPrefix("route: goes to spam, p 0.900 among the known tasks, at distance 0.90"))
    #expect(lines.count == 4 && !lines.contains { $0.contains("smallest") })
  }
}
