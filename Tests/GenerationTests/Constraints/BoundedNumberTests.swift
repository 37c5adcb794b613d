import Files
import Foundation
import TestSupport
import Testing

@testable import Generation

/// Are exactly those numbers let through that lie in the range?
@Suite struct BoundedNumberTests {
  private func range(_ schema: String, isInteger: Bool) throws -> NumberRange {
    let range = try SchemaKeywords(json(schema), at: .root).range(isInteger: isInteger)
    return try #require(range)
  }

  private func isTaken(_ text: String, _ range: NumberRange) -> Bool {
    guard let first = text.utf8.first, var state = BoundedNumberState(first: first, in: range) else { return false }
    return text.utf8.dropFirst().allSatisfy { state.take($0) } && state.isWhole
  }

  private static let bounds: [(low: Double, high: Double)] = [
    (-120, -7), (-7, 7), (0, 0), (0, 10), (0.5, 99.5), (-0.001, 0.001), (5, 100), (-1e9, -0.5), (0.1, 0.3), (1e-7, 2),
  ]

  /// All whole numbers of three digits, and fractions of some, against the comparison of what the parser reads.
  @Test(arguments: bounds) func whatIsTakenLiesWithin(_ low: Double, _ high: Double) throws {
    var texts = (-1000...1000).map { "\($0)" }
    texts += (-1000...1000).map { number in
      "\(number < 0 ? "-" : "")\(number.magnitude / 100).\(number.magnitude % 100 < 10 ? "0" : "")\(number.magnitude % 100)"
    }
    texts += [
      "0.0000001", "0.00000009", "0.30000000000000", "0.30000000000001", "0.1", "-0.001", "2.0", "00", "-", "1.", ".5",
      "1e1",
    ]
    for isInteger in [true, false] {
      for isOpen in [true, false] {
        let names = isOpen ? ("exclusiveMinimum", "exclusiveMaximum") : ("minimum", "maximum")
        let range = try range(#"{"\#(names.0)":\#(low),"\#(names.1)":\#(high)}"#, orNothing: isInteger)
        for text in texts {
          let number = (try? JSONTree(Data(text.utf8))).flatMap { tree in text.contains("e") ? nil : tree.number }
          // Zero has no sign, and a whole number no point.
          let isSpelled =
            number.map { !(text.hasPrefix("-") && $0 == 0) && !(isInteger && text.contains(".")) } ?? false
          let isWithin = number.map { isOpen ? low < $0 && $0 < high : low <= $0 && $0 <= high } ?? false
          #expect(
            range.map { isTaken(text, $0) } ?? false == (isSpelled && isWithin),
            "\(text), \(low) to \(high), \(isInteger)")
        }
      }
    }
  }

  /// `nil`: there is no number between the bounds.
  private func range(_ schema: String, orNothing isInteger: Bool) throws -> NumberRange? {
    do {
      return try range(schema, isInteger: isInteger)
    } catch is ConstraintError {
      return nil
    }
  }

  /// Behind every beginning that is taken something follows, up to a whole number.
  @Test(arguments: bounds) func everyBeginningHasAnEnd(_ low: Double, _ high: Double) throws {
    for isInteger in [true, false] {
      guard let range = try range(#"{"minimum":\#(low),"maximum":\#(high)}"#, orNothing: isInteger) else { continue }
      for seed in 0..<200 {
        var draws = SplitMix64(seed)
        let bytes = Array("-.0123456789".utf8)
        let first = bytes.filter { BoundedNumberState(first: $0, in: range) != nil }.randomElement(using: &draws)
        let begun = try #require(first)
        var state = try #require(BoundedNumberState(first: begun, in: range))
        for _ in 0..<40 {
          let next = bytes.filter { byte in
            var copy = state
            return copy.take(byte)
          }
          guard let byte = next.randomElement(using: &draws) else { break }
          let isTaken = state.take(byte)
          #expect(isTaken)
        }
        #expect(state.isWhole, "seed \(seed), \(low) to \(high)")
      }
    }
  }

  @Test func bounds64() throws {
    let range = try range(#"{"minimum":123456789012345678}"#, isInteger: true)
    #expect(isTaken("123456789012345678", range) && isTaken("999999999999999999", range))
    #expect(!isTaken("123456789012345677", range) && !isTaken("1234567890123456780", range))
  }
}
