import Testing

@testable import Tokenization

/// Are pairs merged in the right order, on texts that can be counted by hand?
@Suite struct MergeOrderTests {
  private func merges(_ texts: [String], size: Int, minimum: Int = 1) throws -> [String] {
    let trained = try BPETrainer.trained(texts, size: size, special: [], minimum: minimum)
    return trained.merges.map { trained.tokens[$0.left] + "+" + trained.tokens[$0.right] }
  }

  /// "low" 2, "lower" 1, each with a space before it but the first: l+o 3, o+w 3, and Ġ+l 2. Of l+o and o+w the ids of the first
  /// are smaller. Then lo+w 3, Ġ+low 2, and of the pairs that are there once e+r.
  @Test func mostFrequentPairIsFirst() throws {
    #expect(try merges(["low low lower"], size: 261) == ["l+o", "lo+w", "Ġ+low", "e+r", "Ġlow+er"])
  }

  @Test func smallerIDsAreFirstAmongEqualPairs() throws {
    #expect(try merges(["zy", "yx", "by", "bz"], size: 260) == ["b+y", "b+z", "y+x", "z+y"])
  }

  /// Five "a" are two pairs and one over: aa+aa is there once, aa+a once.
  @Test func runsAreMergedFromTheLeft() throws {
    #expect(try merges(["aaaaa"], size: 259) == ["a+a", "aa+a", "aa+aaa"])
  }

  @Test func countsAreThoseOfTheTexts() throws {
    #expect(try merges(["ab"] + Array(repeating: "cd", count: 3), size: 257) == ["c+d"])
    #expect(try merges(["ab"] + Array(repeating: "cd", count: 3), size: 300, minimum: 2) == ["c+d"])
  }

  @Test func digitsStayAlone() throws {
    #expect(try merges(["11 22 11 22 2024"], size: 300).isEmpty)
  }

  @Test func stopIsSaid() throws {
    #expect(try BPETrainer.trained(["abab abab"], size: 262).stop == .sizeReached)
    let short = try BPETrainer.trained(["ab ab"], size: 1000, minimum: 0)
    #expect(short.stop == .noPairLeft && short.vocabularySize == 262)
    let rare = try BPETrainer.trained(["ab ab ab cd"], size: 1000, minimum: 3)
    #expect(rare.stop == .pairsTooRare(highestCount: 2) && rare.vocabularySize == 261)
    #expect("\(rare.stop)".contains("2 times"))
  }

  @Test func orderOfTextsChangesNothing() throws {
    let texts = (0..<400).map { GoldenLines.line($0) }
    let one = try BPETrainer.trained(texts, size: 900)
    #expect(one.json == (try BPETrainer.trained(texts.reversed(), size: 900)).json)
  }

  @Test func moreTextCanBeAddedAfterTraining() throws {
    var trainer = try BPETrainer(BPETrainer.Options(vocabularySize: 300, specialTokens: [], minimumFrequency: 1))
    try trainer.add("ab")
    #expect(try trainer.train().merges.count == 1)
    try trainer.add("cd cd")
    #expect(trainer.textBytes == 7 && trainer.distinctPieces == 3)
    let atOnce = try BPETrainer.trained(["ab", "cd cd"], size: 300, special: [], minimum: 1)
    #expect(try trainer.train().json == atOnce.json)
  }

  @Test func progressIsReportedAndMayEndTheTraining() throws {
    struct Ended: Error {}
    var trainer = try BPETrainer(BPETrainer.Options(vocabularySize: 900))
    for number in 0..<400 { try trainer.add(GoldenLines.line(number)) }
    var reports: [BPETrainer.Progress] = []
    let trained = try trainer.train { reports.append($0) }
    #expect(reports.count > 2 && reports.last?.vocabularySize == trained.vocabularySize)
    #expect(reports.allSatisfy { $0.goal == 900 })
    #expect(throws: Ended.self) { try trainer.train { _ in throw Ended() } }
  }
}
