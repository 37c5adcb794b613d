import Files
import Foundation
import TestSupport
import Testing
import Tokenization

@testable import Pretraining

/// Documents that spell special tokens: text is text, and each document has one end.
@Suite struct SpelledTokensTests {
  @Test func anEndIsOnlyBetweenDocuments() throws {
    let folder = try CorpusScratch()
    var package = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { package.deleteLastPathComponent() }
    let tokenizer = try CorpusTokenizer(
      folder: package.appendingPathComponent("Sources/accrete/Resources/base/seedling"))
    let texts = (0..<40).map { "Page \($0): the token <|endoftext|> ends, <|im_start|>user begins.<|endoftext|>" }
    try folder.write(texts.map { "{\"text\": \"\($0)\"}\n" }.joined(), to: "a.jsonl")
    let source = try TextSource(name: "a", files: [folder.url.appendingPathComponent("a.jsonl")])
    let corpus = try TokenShards([source], tokenizer: tokenizer, rule: HeldOutRule(share: 0.2)).prepare(
      in: folder.url.appendingPathComponent("tokens")
    ).corpus
    var (documents, ends) = (0, 0)
    for side in CorpusSide.allCases {
      let stream = corpus.sources[0][side]
      let tokens = try stream.tokens(at: 0..<stream.count)
      documents += stream.documents
      ends += tokens.filter { $0 == tokenizer.end }.count
      #expect(!tokens.contains(1))
      // Nothing is lost of what they say.
      for document in tokens.split(separator: tokenizer.end) {
        #expect(texts.contains(try tokenizer.tokenizer.decode(Array(document), skipSpecialTokens: false)))
      }
    }
    #expect(documents == 40 && ends == 40)
  }
}
