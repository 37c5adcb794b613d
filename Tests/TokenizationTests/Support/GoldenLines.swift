import Foundation
import TestSupport
import Testing

@testable import Tokenization

/// The lines that `Scripts/reference/tokenizer_forms.py` gives to Python's tokenizers: the same generator, the same pieces.
enum GoldenLines {
  static let count = 6000
  static let randomLists = 600

  static func folder() throws -> URL {
    try #require(Bundle.module.url(forResource: "forms", withExtension: nil, subdirectory: "Resources"))
  }

  static let pieces: [String] = {
    let data = try? Data(contentsOf: folder().appendingPathComponent("fragments.json"))
    return data.flatMap { try? JSONDecoder().decode([String].self, from: $0) } ?? []
  }()

  static func line(_ number: Int) -> String {
    var random = SplitMix64(number)
    let kind = random.below(8)
    let between = [" ", " ", " ", "", "\n", "\t", "  ", ""][kind]
    var parts: [String] = []
    for _ in 0..<1 + random.below(20) {
      let choice = random.below(100)
      if choice < 4 {
        parts.append(Unicode.Scalar(UInt32(random.below(0x110000))).map { String($0) } ?? "x")
      } else if choice < 7 || choice < 8 && kind == 3 {
        let piece = pieces[random.below(pieces.count)]
        parts.append(String(repeating: piece, count: 1 + random.below(choice < 7 ? 12 : 120)))
      } else {
        parts.append(pieces[random.below(pieces.count)])
      }
    }
    return parts.joined(separator: between)
  }

  static func randomIDs(_ number: Int, size: Int) -> [Int] {
    var random = SplitMix64(1_000_000 + number)
    let bound = [size, min(300, size), min(520, size)][random.below(3)]
    return (0..<1 + random.below(16)).map { _ in random.below(bound) }
  }

  /// FNV-1a of 32 bits.
  static func digest(_ bytes: some Sequence<UInt8>) -> UInt32 {
    bytes.reduce(0x811C_9DC5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
  }

  static func digest(ids: [Int]) -> UInt32 {
    digest(ids.flatMap { id in (0..<4).map { UInt8(truncatingIfNeeded: id >> (8 * $0)) } })
  }

  /// Of both decoded texts, with and without special tokens.
  static func digest(decoded ids: [Int], by tokenizer: BPETokenizer) throws -> UInt32 {
    let all = try tokenizer.decode(ids, skipSpecialTokens: false)
    let plain = try tokenizer.decode(ids, skipSpecialTokens: true)
    return digest(Array(all.utf8) + [0] + Array(plain.utf8))
  }
}

extension SplitMix64 {
  /// As Python's does it: the remainder, which favours small numbers a little.
  fileprivate mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }
}
