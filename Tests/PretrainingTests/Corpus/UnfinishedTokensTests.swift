import Files
import Foundation
import TestSupport
import Testing

@testable import Pretraining

/// The making of tokens, ended at any moment: does the next go on to the same bytes, without doing again what is done?
@Suite struct UnfinishedTokensTests {
  private struct Ended: Error {}

  private let folder: CorpusScratch
  private var tokens: URL { folder.url.appendingPathComponent("tokens") }

  init() throws {
    folder = try CorpusScratch()
    // Two sources of several rounds each.
    for name in ["a", "b"] {
      let rows = (0..<60).map { "{\"text\": \"\(name)\($0) \(String(repeating: "word ", count: 20))\"}\n" }
      try folder.write(rows.joined(), to: "\(name).jsonl")
    }
  }

  private func maker(share: Double = 0.2, pause: Duration = .zero) throws -> TokenShards {
    var maker = try TokenShards(
      ["a", "b"].map { try TextSource(name: $0, files: [folder.url.appendingPathComponent("\($0).jsonl")]) },
      tokenizer: ByteTokens.corpus(), rule: HeldOutRule(share: share), tokensPerShard: 1000)
    (maker.pause, maker.chunkBytes) = (pause, 400)
    return maker
  }

  private func content() throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: tokens.path)
    return try Dictionary(
      uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: tokens.appendingPathComponent($0))) })
  }

  private func whole() throws -> [String: Data] {
    _ = try maker().prepare(in: tokens)
    defer { try? FileManager.default.removeItem(at: tokens) }
    return try content()
  }

  /// Made until the `number`-th word of progress; whether it was ended.
  private func end(after number: Int, pause: Duration = .zero) throws -> Bool {
    var words = 0
    do {
      _ = try maker(pause: pause).prepare(in: tokens) { _ in
        words += 1
        if words > number { throw Ended() }
      }
      return false
    } catch is Ended {
      return true
    }
  }

  @Test func endedAnywhere() throws {
    let expected = try whole()
    #expect(expected.count > 8 && expected.keys.allSatisfy { !$0.contains("unfinished") })
    var number = 0
    while try end(after: number, pause: .seconds(1000)) {
      number += 1
      _ = try maker().prepare(in: tokens)
      #expect(try content() == expected, "ended after \(number) words")
      try FileManager.default.removeItem(at: tokens)
    }
    #expect(number > 8)
  }

  /// Again and again, each time a little further.
  @Test func endedManyTimes() throws {
    let expected = try whole()
    var (rounds, furthest) = (0, 0)
    while rounds < 100 {
      var done = 0
      do {
        // What is tokenized in this process is less than a round: the rest was there.
        _ = try maker().prepare(in: tokens) { state in
          guard state.phase == .tokenizing else { return }
          done = max(done, state.tokens)
          if state.tokens > furthest { throw Ended() }
        }
        break
      } catch is Ended {
        #expect(done > furthest)
        furthest = done
        rounds += 1
      }
    }
    #expect(rounds > 4 && rounds < 100)
    #expect(try content() == expected)
  }

  /// As after `kill -9`: what was written down is older than the newest files. Nothing of it is believed that is not as it was written.
  @Test func whatIsDamagedIsMadeAnew() throws {
    let expected = try whole()
    #expect(try end(after: 9))
    let left = try content()
    try #require(
      left["unfinished.json"] != nil && left["a-train.unfinished"] != nil || left["b-train.unfinished"] != nil)
    for name in left.keys.sorted() {
      for position in [0, (left[name]?.count ?? 0) / 2] {
        for (file, data) in left { try data.write(to: tokens.appendingPathComponent(file)) }
        var damaged = left[name] ?? Data()
        guard position < damaged.count else { continue }
        damaged[position] ^= 0x11
        try damaged.write(to: tokens.appendingPathComponent(name))
        _ = try maker().prepare(in: tokens)
        #expect(try content() == expected, "\(name), byte \(position)")
        try FileManager.default.removeItem(at: tokens)
        try FileManager.default.createDirectory(at: tokens, withIntermediateDirectories: true)
      }
      for (file, data) in left where file != name { try data.write(to: tokens.appendingPathComponent(file)) }
      _ = try maker().prepare(in: tokens)
      #expect(try content() == expected, "without \(name)")
      try FileManager.default.removeItem(at: tokens)
      try FileManager.default.createDirectory(at: tokens, withIntermediateDirectories: true)
    }
    // Of another text, or asked for in another way.
    for (file, data) in left { try data.write(to: tokens.appendingPathComponent(file)) }
    _ = try maker(share: 0.1).prepare(in: tokens)
    let other = try content()
    #expect(other != expected)
    try FileManager.default.removeItem(at: tokens)
    _ = try maker(share: 0.1).prepare(in: tokens)
    #expect(try content() == other)
  }
}
