import Files
import Foundation
import TestSupport
import Testing

@testable import Pretraining

/// Folders of tokens that were damaged, or written by somebody else.
@Suite struct DamagedShardTests {
  private let folder: CorpusScratch
  private let maker: TokenShards

  init() throws {
    folder = try CorpusScratch()
    let file = try folder.write("{\"text\": \"abcdefgh\"}\n{\"text\": \"ijkl\"}\n", to: "x.jsonl")
    maker = try TokenShards(
      [TextSource(name: "web", files: [file])], tokenizer: ByteTokens.corpus(), rule: HeldOutRule(share: 0),
      tokensPerShard: 8)
    _ = try maker.prepare(in: folder.url)
  }

  private func refusal(_ verification: TokenCorpus.Verification = .digests) -> String {
    let message = corpusMessage(in: folder) { _ = try TokenCorpus(folder.url, verification: verification) }
    // What is refused when it is opened is refused also by what would use it again.
    #expect(message == corpusMessage(in: folder) { _ = try maker.prepare(in: folder.url, verification: verification) })
    return message
  }

  @Test func damagedShards() throws {
    let shard = folder.url.appendingPathComponent("web-train-00001.tokens")
    let whole = try Data(contentsOf: shard)
    #expect(whole.count == 12)
    for end in 0..<12 {
      try whole[..<end].write(to: shard)
      for verification in [TokenCorpus.Verification.digests, .lengths] {
        #expect(
          refusal(verification)
            == "web-train-00001.tokens: expected 6 tokens of 2 bytes, got \(end) bytes. Fix: The file is damaged: "
            + "remove tokens.json beside it, and the tokens are made anew.")
      }
    }
    for bit in 0..<96 {
      var broken = whole
      broken[bit / 8] ^= 1 << (bit % 8)
      try broken.write(to: shard)
      #expect(refusal().hasPrefix("web-train-00001.tokens: expected the digest sha256:"))
    }
    try FileManager.default.removeItem(at: shard)
    #expect(refusal().hasPrefix("web-train-00001.tokens: expected a file of 6 tokens, got none."))
    try FileManager.default.createSymbolicLink(at: shard, withDestinationURL: URL(fileURLWithPath: "/dev/zero"))
    #expect(refusal().contains("is a link to /dev/zero, outside of its folder"))
  }

  /// What no digest was compared of, or what its writer made up, is still none of the vocabulary.
  @Test func idsBeyondTheVocabulary() throws {
    let shard = folder.url.appendingPathComponent("web-train-00001.tokens")
    try Data([1, 0, 2, 0, 1, 1, 0, 0, 0, 0, 0, 0]).write(to: shard)
    let stream = try TokenCorpus(folder.url, verification: .lengths).sources[0].train
    #expect(try stream.tokens(at: 0..<10).suffix(2) == [1, 2])
    #expect(
      corpusMessage(in: folder) { _ = try stream.tokens(at: 0..<11) }
        .hasPrefix("web-train-00001.tokens: expected ids below 257, got 257 at token 2."))
  }

  @Test(arguments: [
    ("\"accrete-tokens-2\"", "\"accrete-tokens-3\"", "expected the format accrete-tokens-2"),
    ("\"bytesPerToken\" : 2", "\"bytesPerToken\" : 4", "2 or 4 bytes a token as it needs"),
    ("\"bytesPerToken\" : 2", "\"bytesPerToken\" : 0", "2 or 4 bytes a token as it needs"),
    ("\"vocabularySize\" : 257", "\"vocabularySize\" : -1", "2 or 4 bytes a token as it needs"),
    (
      "\"vocabularySize\" : 257", "\"vocabularySize\" : 99999999999999999999",
      "expected the description of a folder of tokens"
    ),
    ("\"endToken\" : 256", "\"endToken\" : 257", "an end token in the vocabulary"),
    ("\"heldOut\" : 0", "\"heldOut\" : 1", "heldOut from 0 to below 1"),
    ("\"web-train-00001.tokens\"", "\"../web-train-00001.tokens\"", "expected the shard web-train-00001.tokens"),
    ("\"name\" : \"web\"", "\"name\" : \"../web\"", "expected plain names of sources"),
    ("\"tokens\" : 6", "\"tokens\" : 0", "no more documents than tokens"),
    ("\"tokens\" : 6", "\"tokens\" : -6", "no more documents than tokens"),
    ("\"tokens\" : 6", "\"tokens\" : 9223372036854775807", "as many tokens as memory has addresses"),
    ("\"tokens\" : 6", "\"tokens\" : 1152921504606846975", "as many tokens as memory has addresses"),
    ("\"documents\" : 2", "\"documents\" : 9", "no more documents than tokens"),
    ("\"emptyDocuments\" : 0", "\"emptyDocuments\" : -1", "counts of source web that are not negative"),
    ("sha256:", "sha256:0", "expected sha256: and 64 hexadecimal digits"),
    ("\"train\" :", "\"trains\" :", "key `train` is missing"),
    ("\"sources\" : [", "\"sources\" : [], \"x\" : [", "at least one source"),
    ("{", "[", "expected the description of a folder of tokens"),
  ])
  func hostileManifests(old: String, new: String, message: String) throws {
    let file = folder.url.appendingPathComponent("tokens.json")
    let text = try String(contentsOf: file, encoding: .utf8)
    #expect(text.contains(old), "\(text)")
    try text.replacingOccurrences(of: old, with: new).write(to: file, atomically: true, encoding: .utf8)
    let refusal = refusal()
    #expect(refusal.hasPrefix("tokens.json: expected ") && refusal.contains(message), "\(refusal)")
    #expect(refusal.contains("Fix: Remove this file, and the tokens are made anew; or choose another folder"))
  }

  @Test func cutManifests() throws {
    let file = folder.url.appendingPathComponent("tokens.json")
    let data = try Data(contentsOf: file)
    for end in stride(from: 0, to: data.count - 2, by: 17) {
      try data[..<end].write(to: file)
      #expect(refusal().hasPrefix("tokens.json: expected "))
    }
    try Data(repeating: 0x20, count: ShardManifest.sizeLimit + 1).write(to: file)
    #expect(refusal().contains("the limit is"))
  }

  @Test func namesOfShards() {
    for name in ["web-train-00000.tokens", "a-b-held-out-123456.tokens", "train-train-00000.tokens"] {
      #expect(ShardManifest.isShardName(name))
    }
    for name in [
      "tokens.json", "web-train-0000.tokens", "web-train-00000.txt", "train-00000.tokens", "a-out-00000.tokens",
      "x.tokens",
    ] {
      #expect(!ShardManifest.isShardName(name))
    }
    #expect(ShardManifest.shardName(source: "a", side: .heldOut, number: 7) == "a-held-out-00007.tokens")
    #expect(ShardManifest.shardName(source: "a", side: .train, number: 1_234_567) == "a-train-1234567.tokens")
  }
}
