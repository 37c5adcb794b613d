import Files
import Foundation
import TestSupport
import Testing

@testable import Pretraining

@Suite struct ShardTests {
  private let folder: CorpusScratch
  private let goldens: CorpusGoldens

  init() throws {
    folder = try CorpusScratch()
    goldens = try CorpusGoldens.read()
    try folder.write(goldens.rows(), to: "all.jsonl")
  }

  private var tokens: URL { folder.url.appendingPathComponent("tokens") }

  private func maker(
    _ files: [String] = ["all.jsonl"], name: String = "web", share: Double = 0.25, size: Int = 1000,
    tokenizer: CorpusTokenizer? = nil
  ) throws -> TokenShards {
    let source = try TextSource(name: name, files: files.map { folder.url.appendingPathComponent($0) })
    return try TokenShards(
      [source], tokenizer: tokenizer ?? ByteTokens.corpus(), rule: HeldOutRule(share: share), tokensPerShard: size)
  }

  private func content() throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: tokens.path)
    return try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: tokens.appendingPathComponent($0))) })
  }

  @Test func goldenShards() throws {
    for (number, golden) in goldens.shards.enumerated() {
      let target = folder.url.appendingPathComponent("tokens-\(number)")
      let tokenizer = try ByteTokens.corpus(vocabularySize: golden.bytesPerToken == 2 ? 65_536 : 65_537)
      let (corpus, isNew) = try maker(share: golden.heldOut, size: golden.size, tokenizer: tokenizer).prepare(
        in: target)
      let manifest = try ShardManifest.read(in: target).sources[0]
      #expect(isNew)
      for (made, expected) in [(manifest.train, golden.train), (manifest.heldOut, golden.heldOutShards)] {
        #expect(made.map(\.tokens) == expected.map(\.tokens))
        #expect(made.map(\.documents) == expected.map(\.documents))
        #expect(made.map(\.digest) == expected.map(\.digest))
      }
      #expect(corpus.sources[0].emptyDocuments == golden.emptyDocuments)
      #expect(corpus.sources[0].textBytes == golden.textBytes)
      // Every byte of it is compared.
      _ = try TokenCorpus(target, verification: .digests)
    }
  }

  /// The stream is all documents with their end tokens, wherever it is cut into files.
  @Test func readsWhatWasWritten() throws {
    for (size, vocabulary) in [(97, 70_000), (1000, 257), (1 << 24, 70_000)] {
      let rule = try HeldOutRule(share: 0.25)
      let (corpus, _) = try maker(size: size, tokenizer: ByteTokens.corpus(vocabularySize: vocabulary)).prepare(
        in: tokens)
      for side in CorpusSide.allCases {
        let documents = goldens.documents.map { Array($0.utf8) }
          .filter { !$0.isEmpty && rule.holdsOut($0) == (side == .heldOut) }
        let expected = documents.flatMap { $0.map(Int.init) + [256] }
        let stream = corpus.sources[0][side]
        #expect(stream.count == expected.count && stream.documents == documents.count && !documents.isEmpty)
        #expect(try stream.tokens(at: 0..<stream.count) == expected)
        #expect(try stream.tokens(at: 995..<1010) == Array(expected[995..<1010]))
        #expect(try stream.tokens(at: 0..<0).isEmpty && stream.tokens(at: stream.count..<stream.count).isEmpty)
        #expect(throws: CorpusError.self) { try stream.tokens(at: 0..<stream.count + 1) }
        #expect(throws: CorpusError.self) { try stream.tokens(at: -1..<1) }
        let reader = WindowReader(corpus, side: side)
        let last = stream.windows(length: 64) - 1
        #expect(
          try reader.tokens(source: 0, window: last, sequenceLength: 64) == Array(expected[last * 64..<last * 64 + 65]))
        #expect(throws: CorpusError.self) { try reader.tokens(source: 0, window: last + 1, sequenceLength: 64) }
        #expect(throws: CorpusError.self) { try reader.tokens(source: 1, window: 0, sequenceLength: 64) }
        #expect(throws: CorpusError.self) { try reader.tokens(source: 0, window: 0, sequenceLength: 0) }
        #expect(stream.windows(length: stream.count - 1) == 1 && stream.windows(length: stream.count) == 0)
      }
      try FileManager.default.removeItem(at: tokens)
    }
  }

  /// Enough text for several chunks of each thread.
  @Test func anyNumberOfThreads() throws {
    try folder.write(String(repeating: try goldens.rows(), count: 60), to: "big.jsonl")
    var made: [[String: Data]] = []
    for threads in [1, 2, 5, 0] {
      _ = try maker(["big.jsonl", "all.jsonl"], size: 100_000).prepare(in: tokens, threads: threads)
      made.append(try content())
      try FileManager.default.removeItem(at: tokens)
    }
    #expect(made[0].count > 4 && made.allSatisfy { $0 == made[0] })
    try folder.write(String(repeating: try goldens.rows(), count: 60) + "{\"text\": 1}\n{}", to: "bad.jsonl")
    for threads in [1, 2] {
      let message = corpusMessage(in: folder) { _ = try maker(["bad.jsonl"]).prepare(in: tokens, threads: threads) }
      #expect(message.hasPrefix("bad.jsonl:24001: expected a string \"text\", got the number 1."))
      #expect(!FileManager.default.fileExists(atPath: tokens.appendingPathComponent("tokens.json").path))
    }
  }

  @Test func usedAgainOrMadeAnew() throws {
    try folder.write("{\"text\": \"one\"}\n", to: "small.jsonl")
    #expect(try maker().prepare(in: tokens).isNew)
    try folder.write("mine", to: "tokens/notes.txt")
    let before = try content()
    #expect(before.count > 4)
    #expect(try !maker().prepare(in: tokens).isNew)
    #expect(try !maker().prepare(in: tokens, verification: .lengths).isNew)
    #expect(try content() == before)
    // Another share, tokenizer, end token, size of the vocabulary, name, file, order: each is another folder.
    #expect(try maker(share: 0.2).prepare(in: tokens).isNew)
    #expect(try maker(tokenizer: ByteTokens.corpus(digestOf: "other")).prepare(in: tokens).isNew)
    #expect(try maker(tokenizer: ByteTokens.corpus(end: 255)).prepare(in: tokens).isNew)
    #expect(try maker(tokenizer: ByteTokens.corpus(vocabularySize: 300)).prepare(in: tokens).isNew)
    #expect(try maker(name: "books").prepare(in: tokens).isNew)
    #expect(try maker(["all.jsonl", "small.jsonl"]).prepare(in: tokens).isNew)
    #expect(try maker(["small.jsonl", "all.jsonl"]).prepare(in: tokens).isNew)
    try folder.write("{\"text\": \"two\"}\n", to: "small.jsonl")
    #expect(try maker(["small.jsonl", "all.jsonl"]).prepare(in: tokens).isNew)
    // Nothing of the larger ones is left, and nothing that is not ours is gone.
    let corpus = try maker(["small.jsonl"], share: 0).prepare(in: tokens).corpus
    #expect(try Set(content().keys) == ["notes.txt", "tokens.json", "web-train-00000.tokens"])
    #expect(try corpus.sources[0].train.tokens(at: 0..<4) == [0x74, 0x77, 0x6F, 256])
    // As after a kill: without tokens.json nothing is finished.
    try FileManager.default.removeItem(at: tokens.appendingPathComponent("tokens.json"))
    #expect(throws: FileError.notFound(path: tokens.path + "/tokens.json")) { try TokenCorpus(tokens) }
    #expect(try maker().prepare(in: tokens).isNew)
    #expect(try content() == before)
  }

  @Test func progress() throws {
    let total = try Data(contentsOf: folder.url.appendingPathComponent("all.jsonl")).count
    var seen: [TokenShards.Progress] = []
    let (corpus, _) = try maker().prepare(in: tokens) { seen.append($0) }
    let source = corpus.sources[0]
    #expect(
      seen.last
        == .init(
          phase: .tokenizing, source: "web", bytesRead: total, bytesTotal: total,
          tokens: source.train.count + source.heldOut.count))
    #expect(seen.first?.phase == .digesting)
  }

  @Test func tokenizers() throws {
    for (size, end) in [(257, 257), (257, -1), (0, 0), (Int(Int32.max) + 1, 0)] {
      #expect(throws: CorpusError.self) { try ByteTokens.corpus(vocabularySize: size, end: end) }
    }
    // One that gives ids that it says it does not have.
    let liar = try ByteTokens.corpus(vocabularySize: 40, end: 0)
    let message = corpusMessage(in: folder) { _ = try maker(tokenizer: liar).prepare(in: tokens) }
    #expect(message.contains("all.jsonl:") && message.contains("expected ids in 0..<40, got "))
  }
}
