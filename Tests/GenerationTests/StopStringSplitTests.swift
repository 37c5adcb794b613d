import TestSupport
import Testing

@testable import Generation

/// Is the same given however a text is cut into pieces, and is it all that stands before the first stop string?
@Suite struct StopStringSplitTests {
  private struct Outcome: Equatable {
    /// All that was given.
    let given: String
    /// What ended it.
    let stop: String?
  }

  /// By looking at every beginning of the text: the string that is whole first, and of those that end there the longest.
  private func expected(_ text: String, _ stops: [String]) -> Outcome {
    let characters = Array(text)
    for end in 0...characters.count {
      let found = stops.filter { String(characters[..<end]).hasSuffix($0) }.max { $0.utf8.count < $1.utf8.count }
      if let found { return Outcome(given: String(characters[..<(end - found.count)]), stop: found) }
    }
    return Outcome(given: text, stop: nil)
  }

  private func run(_ stops: [String], _ pieces: [String]) -> Outcome {
    var (watch, given) = (StopStrings(stops), "")
    for piece in pieces {
      let (text, stop) = watch.take(piece)
      given += text
      if stop != nil { return Outcome(given: given, stop: stop) }
    }
    return Outcome(given: given + watch.finish(), stop: nil)
  }

  /// All ways to cut 200 texts of up to nine characters.
  @Test func everySplit() {
    var draws = SplitMix64(4)
    var (ended, whole) = (0, 0)
    for round in 0..<200 {
      let text = draws.text(4...9)
      let stops = (0..<Int.random(in: 1...3, using: &draws)).map { _ in draws.text(1...3) }
      let right = expected(text, stops)
      if right.stop == nil { whole += 1 } else { ended += 1 }
      let characters = Array(text)
      for cuts in 0..<(1 << (characters.count - 1)) {
        var pieces = [""]
        for (index, character) in characters.enumerated() {
          pieces[pieces.count - 1].append(character)
          if cuts >> index & 1 == 1 { pieces.append("") }
        }
        let got = run(stops, pieces)
        guard got != right else { continue }
        Issue.record("round \(round): \(stops) in \(pieces): expected \(right), got \(got)")
      }
    }
    // It would say little if all texts ended alike.
    #expect(ended >= 40 && whole >= 40, "\(ended) ended, \(whole) did not")
  }

  /// Longer texts, cut where tokens end.
  @Test func longTexts() {
    var draws = SplitMix64(5)
    for round in 0..<200 {
      let text = draws.text(50...120)
      let stops = (0..<4).map { _ in draws.text(3...8) }
      let right = expected(text, stops)
      var (pieces, rest) = ([String](), Array(text)[...])
      while !rest.isEmpty {
        let count = Int.random(in: 1...6, using: &draws)
        pieces.append(String(rest.prefix(count)))
        rest = rest.dropFirst(count)
      }
      #expect(run(stops, pieces) == right, "round \(round): \(stops) in \(pieces)")
      #expect(run(stops, [text]) == right, "round \(round): \(stops) in \(text)")
    }
  }
}

extension SplitMix64 {
  /// Few characters, of one to four bytes, so that beginnings of stop strings come often, and come to nothing often.
  fileprivate mutating func text(_ length: ClosedRange<Int>) -> String {
    String(
      (0..<Int.random(in: length, using: &self)).map { _ in
        "aab\u{E9}\u{675F}\u{1F642}".randomElement(using: &self) ?? "a"
      })
  }
}
