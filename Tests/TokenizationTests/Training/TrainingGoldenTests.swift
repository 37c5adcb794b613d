import Files
import Foundation
import Testing

@testable import Tokenization

/// Are vocabularies and merges those that Python's `tokenizers` learns from the same texts?
@Suite struct TrainingGoldenTests {
  @Test(arguments: 0..<TrainingGoldens.count) func tokenizerIsThatOfPython(_ index: Int) throws {
    let goldens = try TrainingGoldens.read()
    try #require(goldens.cases.count == TrainingGoldens.count)
    let golden = goldens.cases[index]
    let trained = try goldens.trained(golden)
    // By bytes: equal strings may be different scalars.
    let (found, expected) = (trained.tokens.dropFirst(256).map { Array($0.utf8) }, golden.tokens.map { Array($0.utf8) })
    let wrong = zip(found, expected).enumerated().first { $1.0 != $1.1 }
    #expect(wrong == nil, "\(golden.texts): id \(256 + (wrong?.offset ?? 0))")
    #expect(found.count == expected.count && trained.merges.count == golden.merges)
    #expect(Digest(of: trained.json).description == "sha256:" + golden.sha256, "\(golden.texts), size \(golden.size)")
  }

  @Test func idsOfLinesAreThoseOfPython() throws {
    let goldens = try TrainingGoldens.read()
    let tokenizer = try goldens.trained(goldens.cases[goldens.lines.case]).tokenizer()
    #expect(goldens.lines.digests.count == 3000)
    for (number, digest) in goldens.lines.digests.enumerated() {
      let line = GoldenLines.line(number)
      let ids = try tokenizer.encode(line, addSpecialTokens: true)
      try #require(GoldenLines.digest(ids: ids) == digest, "line \(number): \(line.debugDescription)")
      try #require(Array(tokenizer.decode(ids, skipSpecialTokens: false).utf8) == Array(line.utf8), "line \(number)")
    }
  }

  @Test func patternIsThatOfQwen2AndOfTheEmbeddedBase() throws {
    #expect(PatternScanner.forPattern(BPETrainer.Options.singleDigitPattern) == .qwen2)
    let file = try #require(JSONSerialization.jsonObject(with: Data(contentsOf: SeedlingFile.url)) as? [String: Any])
    let ours = try BPETrainer.trained(["a"], size: 260, minimum: 0)
    let other = try #require(JSONSerialization.jsonObject(with: ours.json) as? [String: Any])
    #expect(file.keys.sorted() == other.keys.sorted())
    for key in file.keys where key != "model" {
      #expect((file[key] as? NSObject) == (other[key] as? NSObject), "\(key)")
    }
  }
}

extension BPETrainer {
  /// A tokenizer trained on some texts.
  static func trained(
    _ texts: [String], size: Int, special: [String] = Options.chatSpecialTokens, minimum: Int = 2
  ) throws -> TrainedTokenizer {
    var trainer = try BPETrainer(
      Options(vocabularySize: size, specialTokens: special, minimumFrequency: minimum))
    for text in texts { try trainer.add(text) }
    return try trainer.train()
  }
}
