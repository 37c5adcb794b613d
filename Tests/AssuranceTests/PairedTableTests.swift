import Foundation
import Testing

@testable import Assurance

/// Does a paired table show what it can, and no more?
@Suite struct PairedTableTests {
  private static func table(_ both: Int, _ new: Int, _ old: Int, _ neither: Int) throws -> PairedTable {
    try PairedTable(both: both, onlyNew: new, onlyOld: old, neither: neither)
  }

  @Test func goldens() throws {
    let golden = try Golden.load()
    #expect(golden.tables.count == 14)
    for expected in golden.tables {
      let counts = expected.counts
      let table = try Self.table(counts[0], counts[1], counts[2], counts[3])
      #expect(isClose(table.difference, expected.difference))
      #expect(
        isClose(table.mcNemarExact, expected.mcnemar), "\(counts): \(table.mcNemarExact), not \(expected.mcnemar)")
      for row in expected.tango {
        let interval = table.tango(level: row[0])
        // The reference's likeliest share is found to about 1e-13 only, next to the ends of its range.
        #expect(abs(interval.low - row[1]) < 1e-11, "\(counts) at \(row[0]): \(interval.low), not \(row[1])")
        #expect(abs(interval.high - row[2]) < 1e-11, "\(counts) at \(row[0]): \(interval.high), not \(row[2])")
      }
    }
  }

  /// By hand: rows in the order both, only new, only old, neither.
  @Test func countsRows() throws {
    let table = try PairedTable(
      old: [true, false, true, false, true, false], new: [true, true, false, false, true, true])
    #expect(table == (try Self.table(2, 2, 1, 1)))
    #expect(table.n == 6 && isClose(table.difference, 1.0 / 6) && table.discordant == 0.5)
  }

  /// By hand: without discordant rows the bounds are ±z²/(n + z²).
  @Test func noDiscordantRows() throws {
    let z = 1.959963984540054
    let interval = try Self.table(30, 0, 0, 10).tango()
    #expect(isClose(interval.high, z * z / (40 + z * z)) && interval.low == -interval.high)
  }

  /// By hand: 5 and 1 discordant rows: 2 · (1 + 6) / 64; 3 and 0: 2 / 8.
  @Test func mcNemarByHand() throws {
    #expect(isClose(try Self.table(9, 5, 1, 9).mcNemarExact, 14.0 / 64))
    #expect(isClose(try Self.table(9, 0, 3, 9).mcNemarExact, 0.25))
    #expect(try Self.table(9, 4, 4, 9).mcNemarExact == 1)
    #expect(try Self.table(9, 0, 0, 9).mcNemarExact == 1)
  }

  @Test func swappedModelsMirrorTheInterval() throws {
    var source = SplitMix(seed: 3)
    for _ in 0..<50 {
      let (b, c, rest) = (source.below(40), source.below(40), source.below(200))
      guard b + c + rest > 0 else { continue }
      let (one, other) = (try Self.table(rest, b, c, 0).tango(), try Self.table(0, c, b, rest).tango())
      #expect(isClose(one.low, -other.high) && isClose(one.high, -other.low), "seed 3: \(b) \(c) \(rest)")
      let difference = Double(b - c) / Double(b + c + rest)
      #expect(one.low <= difference && difference <= one.high, "seed 3: \(b) \(c) \(rest)")
    }
  }

  /// T is monotone, which the bisection rests on.
  @Test func scoreFalls() throws {
    for counts in [(1, 1, 7, 12), (0, 7, 5, 0), (0, 0, 9, 1), (10, 0, 0, 10), (0, 12, 0, 0), (500, 30, 40, 430)] {
      let table = try Self.table(counts.0, counts.1, counts.2, counts.3)
      let scores = stride(from: -1, through: 1, by: 1.0 / 512).map(table.score)
      #expect(zip(scores, scores.dropFirst()).allSatisfy { $0 >= $1 }, "\(counts)")
      #expect(scores.count == 1025 && scores.allSatisfy { !$0.isNaN })
    }
  }

  /// The interval at a two-sided level of 0.9 is made of the one-sided bounds at 0.95; gates follow from these.
  @Test func gatesFollowFromOneSidedBounds() throws {
    let table = try Self.table(80, 40, 20, 20)
    #expect(isClose(table.lowerBound(), table.tango(level: 0.9).low))
    #expect(isClose(table.upperBound(), table.tango(level: 0.9).high))
    // 0.0463 and 0.0003 in the goldens.
    #expect(table.isSuperior() && table.isSuperior(level: 0.995) && !table.isSuperior(level: 0.999))
    let worse = try Self.table(80, 20, 40, 20)
    #expect(!worse.isSuperior())
    // Lower bound −0.2030.
    #expect(worse.isNonInferior(margin: 0.204) && !worse.isNonInferior(margin: 0.203))
  }

  @Test func nothingIsShownByNothing() throws {
    let nothing = try PairedTable(old: [], new: [])
    #expect(nothing.tango() == Interval(low: -1, high: 1) && nothing.difference == 0 && nothing.mcNemarExact == 1)
    #expect(nothing.discordant == 0 && nothing.lowerBound() == -1 && nothing.upperBound() == 1)
    #expect(!nothing.isSuperior() && !nothing.isNonInferior(margin: 0.5) && !nothing.isNonInferior(margin: 1))
    let good = try Self.table(0, 500, 0, 500)
    #expect(good.isSuperior() && good.isNonInferior(margin: 0))
    for margin in [Double.nan, 1.01, .infinity, -.infinity] {
      #expect(!good.isNonInferior(margin: margin), "\(margin)")
    }
    for level in [0, 1, Double.nan] {
      #expect(!good.isSuperior(level: level) && !good.isNonInferior(margin: 0.1, level: level))
      #expect(good.tango(level: level) == Interval(low: -1, high: 1))
    }
  }

  @Test func rowsNeeded() throws {
    let golden = try Golden.load()
    #expect(golden.rowsNeeded.count == 3)
    for row in golden.rowsNeeded {
      let needed = PairedTable.rowsNeeded(discordant: row[0], margin: row[1], level: row[2], power: row[3])
      #expect(needed == Int(row[4]), "\(row)")
    }
    // 6.18 · 0.1 / 0.02² = 1546 of unrounded 6.1826.
    #expect(PairedTable.rowsNeeded(discordant: 0.1, margin: 0.02) == 1546)
    #expect(PairedTable.rowsNeeded(discordant: 0, margin: 0.02) == 1)
    #expect(PairedTable.rowsNeeded(discordant: 0.1, margin: 0.02, level: 0.05, power: 0.05) == 1)
  }

  @Test(arguments: [
    (0.1, 0, 0.95, 0.8), (0.1, -0.1, 0.95, 0.8), (Double.nan, 0.1, 0.95, 0.8), (0.1, .nan, 0.95, 0.8),
    (2, 0.1, 0.95, 0.8),
    (0.1, 0.02, 1, 0.8), (0.1, 0.02, 0.95, 1), (0.1, .leastNonzeroMagnitude, 0.95, 0.8), (0.1, .infinity, 0.95, 0.8),
  ])
  func noNumberOfRowsIsEnough(discordant: Double, margin: Double, level: Double, power: Double) {
    #expect(
      PairedTable.rowsNeeded(discordant: discordant, margin: margin, level: level, power: power) == .max)
  }

  /// A simulation: with the rows that it asks for, non-inferiority is shown about as often as the power says.
  @Test func rowsNeededGiveThePower() throws {
    let (discordant, margin) = (0.2, 0.06)
    let rows = PairedTable.rowsNeeded(discordant: discordant, margin: margin)
    var (source, shown) = (SplitMix(seed: 5), 0)
    for _ in 0..<400 {
      var (new, old) = (0, 0)
      for _ in 0..<rows where Double(source.below(1_000_000)) < discordant * 1e6 {
        if source.below(2) == 0 { new += 1 } else { old += 1 }
      }
      shown += try Self.table(rows - new - old, new, old, 0).isNonInferior(margin: margin) ? 1 : 0
    }
    // Three standard deviations of 400 draws at 0.8 are 0.06.
    #expect(abs(Double(shown) / 400 - 0.8) < 0.06, "seed 5: \(shown) of 400, \(rows) rows")
  }

  @Test func hostileCounts() throws {
    let lengths = try #require(throws: AssuranceError.self) { try PairedTable(old: [true], new: [true, false]) }
    #expect("\(lengths)" == "answers of the new model: expected 1, got 2. Give one for each row, in the same order.")
    for counts in [[-1, 0, 0, 0], [.max, .max, .max, .max], [0, 0, 0, .max], [Proportion.most, 1, 0, 0]] {
      #expect(throws: AssuranceError.self, "\(counts)") { try Self.table(counts[0], counts[1], counts[2], counts[3]) }
    }
    let text = Data(#"{"both": 1, "onlyNew": -1, "onlyOld": 0, "neither": 0}"#.utf8)
    #expect(throws: AssuranceError.self) { try JSONDecoder().decode(PairedTable.self, from: text) }
    let table = try Self.table(1, 2, 3, 4)
    #expect(try JSONDecoder().decode(PairedTable.self, from: JSONEncoder().encode(table)) == table)
  }

  @Test func theLargestTable() throws {
    let half = Proportion.most / 2
    let table = try Self.table(0, half, half, 0)
    let z = 1.959963984540054
    #expect(isClose(table.tango().high, z / Double(Proportion.most).squareRoot(), relative: 1e-6))
  }

  /// The table of docs/assurance.md: one-sided 5 %, power 80 %.
  @Test func rowsForAMargin() {
    let rows = [0.05, 0.1, 0.2].map { discordant in
      [0.005, 0.01, 0.02, 0.03].map { PairedTable.rowsNeeded(discordant: discordant, margin: $0) }
    }
    #expect(rows == [[12_366, 3_092, 773, 344], [24_731, 6_183, 1_546, 687], [49_461, 12_366, 3_092, 1_374]])
    #expect(PairedTable.rowsNeeded(discordant: 0.005, margin: 0.005) == 1_237)
  }
}
