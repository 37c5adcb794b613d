import Foundation
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

  /// splitmix64.
  private struct Random {
    var state: UInt64

    init(_ seed: Int) { state = UInt64(seed) }

    mutating func below(_ bound: Int) -> Int {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
      return Int((value ^ (value >> 31)) % UInt64(bound))
    }
  }

  static func line(_ number: Int) -> String {
    var random = Random(number)
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
    var random = Random(1_000_000 + number)
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
