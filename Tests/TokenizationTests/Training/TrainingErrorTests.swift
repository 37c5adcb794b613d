import Testing

@testable import Tokenization

/// Does training refuse what it cannot do, and say why?
@Suite struct TrainingErrorTests {
  private func failure(_ options: BPETrainer.Options) -> String? {
    do {
      _ = try BPETrainer(options)
      return nil
    } catch {
      return "\(error)"
    }
  }

  @Test(arguments: [
    (BPETrainer.Options(vocabularySize: 259), "260"),
    (BPETrainer.Options(vocabularySize: 255, specialTokens: []), "256"),
    (BPETrainer.Options(vocabularySize: -1), "-1"),
    (BPETrainer.Options(vocabularySize: .max), "2147483647"),
    (BPETrainer.Options(vocabularySize: 300, specialTokens: ["a", ""]), "specialTokens[1]"),
    (BPETrainer.Options(vocabularySize: 300, specialTokens: ["<a>", "<b>", "<a>"]), "specialTokens[2]"),
    (BPETrainer.Options(vocabularySize: 300, minimumFrequency: -1), "minimumFrequency"),
    (BPETrainer.Options(vocabularySize: 300, maxTokenLength: 0), "maxTokenLength"),
    (BPETrainer.Options(vocabularySize: 300, pattern: "(a"), "pattern"),
  ]) func optionsThatCannotBe(_ options: BPETrainer.Options, named: String) throws {
    let message = try #require(failure(options))
    #expect(message.contains(named) && !message.contains("\n"))
  }

  @Test func leastVocabularyIsEnough() throws {
    #expect(failure(BPETrainer.Options(vocabularySize: 260)) == nil)
    // A special token that is spelled like a byte takes its id.
    #expect(failure(BPETrainer.Options(vocabularySize: 257, specialTokens: ["a", "<s>"])) == nil)
    #expect(try BPETrainer.trained(["ab ab"], size: 260).merges.isEmpty)
  }

  /// "é" in two spellings, which Swift takes for equal strings.
  @Test func equivalentSpecialTokensAreTwo() throws {
    let trained = try BPETrainer.trained(["ab"], size: 258, special: ["\u{E9}", "e\u{301}"], minimum: 0)
    #expect(try trained.tokenizer().vocabularySize == 258)
  }

  @Test func noText() throws {
    #expect(throws: TokenizerTrainingError.noText) { try BPETrainer.trained([], size: 300) }
    #expect(throws: TokenizerTrainingError.noText) { try BPETrainer.trained(["", ""], size: 300) }
  }
}
