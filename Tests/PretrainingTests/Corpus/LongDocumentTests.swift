import Files
import Foundation
import TestSupport
import Testing
import Tokenization

@testable import Pretraining

/// One document of many megabytes: can somebody end its tokenizing before it is done?
@Suite struct LongDocumentTests {
  private struct Enough: Error {}

  @Test func aDocumentCanBeEndedWithin() throws {
    let folder = try CorpusScratch()
    var package = URL(fileURLWithPath: #filePath)
    for _ in 0..<4 { package.deleteLastPathComponent() }
    let tokenizer = try CorpusTokenizer(
      folder: package.appendingPathComponent("Sources/accrete/Resources/base/seedling"))
    // 1.2 MB, some 600,000 tokens.
    try folder.write((0..<200_000).map { "\($0 % 977) \($0 % 31)\n" }.joined(), to: "input.txt")
    let source = try TextSource(name: "a", files: [folder.url.appendingPathComponent("input.txt")])
    let shards = try TokenShards([source], tokenizer: tokenizer, rule: HeldOutRule(share: 0.1))
    var calls = 0
    let whole = try shards.prepare(in: folder.url.appendingPathComponent("whole")) {
      if $0.phase == .tokenizing { calls += 1 }
    }.corpus
    #expect(calls > 6, "\(calls) times asked")
    let target = folder.url.appendingPathComponent("ended")
    var asked = 0
    #expect(throws: Enough.self) {
      try shards.prepare(in: target) {
        guard $0.phase == .tokenizing else { return }
        asked += 1
        if asked == 4 { throw Enough() }
      }
    }
    let after = try shards.prepare(in: target).corpus
    for side in CorpusSide.allCases {
      let (one, other) = (whole.sources[0][side], after.sources[0][side])
      #expect(one.count == other.count && one.documents == other.documents)
      #expect(try one.tokens(at: 0..<one.count) == other.tokens(at: 0..<other.count))
    }
    #expect(whole.sources[0][.train].count > 200_000 && whole.sources[0][.heldOut].count > 20_000)
  }
}
