import Files
import Foundation
import Randomness
import Review
import Testing

/// Are the rows that calibrate the right ones, each once, and never in both parts?
@Suite struct CalibrationRowsTests {
  private func chosen(_ rows: [CalibrationRow], from start: Date = .distantPast, fitsScale: Bool = true)
    -> CalibrationRows
  {
    CalibrationRows(rows, bindings: SyntheticRows.bindings, time: start..<Date.distantFuture, fitsScale: fitsScale)
  }

  @Test func halfOfThemFitTheScaleAndARowNeverMoves() {
    var random = RandomStream(seed: 1, "test", "halves")
    let rows = SyntheticRows.coinRows(1000, &random) { _, _ in false }
    let all = chosen(rows)
    #expect(all.fitting.count + all.certifying.count == 1000)
    #expect((420...580).contains(all.certifying.count))
    #expect(chosen(rows, fitsScale: false).certifying.count == 1000)
    let some = chosen(Array(rows.reversed().prefix(300)))
    #expect(Set(some.certifying.map(\.item)).isSubset(of: Set(all.certifying.map(\.item))))
    #expect(Set(some.fitting.map(\.item)).isSubset(of: Set(all.fitting.map(\.item))))
  }

  /// They are not independent: a burst of one text would otherwise certify whatever the model says of it.
  @Test func nearDuplicatesAreOneRow() {
    let cluster = SyntheticRows.digest("cluster")
    var rows = (0..<50).map { SyntheticRows.row("copy \($0)", 0.9, label: "violation", cluster: cluster) }
    rows.append(SyntheticRows.row("copy 0", 0.9, label: "violation", cluster: cluster))
    rows.append(SyntheticRows.row("another", 0.9, label: "violation"))
    let result = chosen(rows)
    #expect(result.fitting.count + result.certifying.count == 2)
    #expect(result.omitted == [.duplicate: 50])
    let reversed = chosen(rows.reversed())
    #expect(reversed == result, "the order in which rows are read decides which one stays")
  }

  @Test func whatMayNotCalibrateIsLeftOut() {
    let now = SyntheticRows.now
    let result = chosen(
      [
        SyntheticRows.row("good", 0.9, label: "ok"), SyntheticRows.row("no label", 0.9),
        SyntheticRows.row("monitor", 0.9, label: "ok", origin: .coinMonitor),
        SyntheticRows.row("queue", 0.9, label: "ok", origin: .queue),
        SyntheticRows.row("automatic", 0.9, label: "ok", origin: .automatic),
        SyntheticRows.row("appeal", 0.9, label: "ok", origin: .appeal),
        SyntheticRows.row("other", 0.9, label: "ok", bindings: SyntheticRows.otherBindings),
        SyntheticRows.row("old", 0.9, label: "ok", arrived: now.addingTimeInterval(-86_400 * 30)),
      ], from: now.addingTimeInterval(-86_400))
    #expect((result.fitting + result.certifying).map(\.item) == [SyntheticRows.digest("good")])
    #expect(result.omitted == [.use: 5, .otherModels: 1, .time: 1])
  }
}
