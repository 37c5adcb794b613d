import Foundation
import Randomness
import Testing

@testable import Learning

/// Does a mask come back, in hardly more bytes than it must take, and nothing else with it?
@Suite struct MaskCodeTests {
  /// A random mask in which an entry is chosen with probability `density`.
  static func mask(_ entries: Int, _ density: Double, seed: UInt64) -> [Bool] {
    var stream = RandomStream(seed: seed, "mask", "\(entries)", "\(density)")
    return (0..<entries).map { _ in Double(stream.next() >> 11) * 0x1p-53 < density }
  }

  /// Bits per entry below which no code of random masks can stay.
  static func entropy(_ p: Double) -> Double { p <= 0 || p >= 1 ? 0 : -p * log2(p) - (1 - p) * log2(1 - p) }

  static let densities = [0, 0.0005, 0.01, 0.03, 0.05, 0.1, 0.2, 0.3, 0.382, 0.5, 0.618, 0.7, 0.9, 0.99, 0.9995, 1]

  // MARK: By hand

  /// Gaps 1 and 2 with k = 0: 10, 110. With k = 1 they take five bits too; the smaller k wins.
  @Test func twoOfSix() throws {
    let mask = [false, true, false, false, true, false]
    #expect(MaskCode.encode(mask) == [0, 2, 0b1011_0000])
    #expect(try MaskCode.decode([0, 2, 0b1011_0000], entries: 6) == mask)
    // The zeros are the rarer ones of the opposite.
    #expect(MaskCode.encode(mask.map { !$0 }) == [128, 2, 0b1011_0000])
    // Gap 5 with k = 1: 110 and the low bit 1, seven bits of k = 0 become four.
    #expect(MaskCode.encode([false, false, false, false, false, true]) == [1, 1, 0b1101_0000])
  }

  @Test func emptyAndUniform() throws {
    #expect(MaskCode.encode([]) == [0, 0])
    #expect(MaskCode.encode(Array(repeating: false, count: 1000)) == [0, 0])
    #expect(MaskCode.encode(Array(repeating: true, count: 1000)) == [128, 0])
    for mask in [[], Array(repeating: false, count: 1000), Array(repeating: true, count: 1000)] {
      #expect(try MaskCode.decode(MaskCode.encode(mask), entries: mask.count) == mask)
    }
  }

  // MARK: Random masks

  @Test(arguments: densities) func comesBack(density: Double) throws {
    for entries in [1, 2, 7, 8, 9, 63, 64, 255, 1000, 4096, 20_000] {
      for seed in UInt64(0)..<3 {
        let mask = Self.mask(entries, density, seed: seed)
        let decoded = try MaskCode.decode(MaskCode.encode(mask), entries: entries)
        #expect(decoded == mask, "\(entries) entries, density \(density), seed \(seed)")
      }
    }
  }

  @Test(arguments: densities) func isNearTheEntropy(density: Double) {
    for entries in [4096, 100_000] {
      for seed in UInt64(0)..<2 {
        let mask = Self.mask(entries, density, seed: seed)
        let bits = Double(8 * MaskCode.encode(mask).count)
        let share = Double(mask.count { $0 }) / Double(entries)
        // Five bytes say what it is, and the last one is filled.
        let bound = 1.045 * Self.entropy(share) * Double(entries) + 48
        #expect(bits <= bound, "\(entries) entries, density \(density), seed \(seed): \(bits) bits, \(bound) allowed")
      }
    }
  }

  /// Not only random ones: whatever the pattern, at most a bit an entry.
  @Test func neverMoreThanABitAnEntry() {
    for period in 1...40 {
      let mask = (0..<10_000).map { $0 % period == 0 || ($0 / 100) % period == 1 }
      #expect(8 * MaskCode.encode(mask).count <= mask.count + 48, "period \(period)")
    }
  }

  // MARK: Bytes that are no mask

  @Test func hostileBytes() {
    let cases: [(String, [UInt8], Int)] = [
      ("nothing", [], 6), ("no count", [0], 6), ("a count without an end", [0, 0x80], 6),
      ("more than there are", [0, 7, 0, 0], 6), ("an endless count", [0] + Array(repeating: 0xFF, count: 12), 6),
      ("the parameter 32", [32, 1, 0], 6), ("the parameter 127", [255, 1, 0], 6),
      ("a gap behind the end", [0, 1, 0b1111_1110], 6), ("a last gap behind the end", [0, 2, 0b1111_0100], 6),
      ("a large gap", [31, 1] + Array(repeating: 0xFF, count: 40), 6), ("no bits", [0, 1], 6),
      ("half of the bits", [3, 1, 0b1111_0000, 0], 30), ("a byte too many", [0, 2, 0b1011_0000, 0], 6),
      ("a bit too many", [0, 2, 0b1011_0001], 6), ("an entry of none", [0, 1, 0], 0),
    ]
    for (what, bytes, entries) in cases {
      #expect(throws: LearningError.self, "\(what)") { try MaskCode.decode(bytes, entries: entries) }
    }
  }

  @Test func truncatedBytes() {
    for density in [0.01, 0.1, 0.3, 0.5, 0.9] {
      let bytes = MaskCode.encode(Self.mask(400, density, seed: 5))
      for count in 0..<bytes.count {
        #expect(throws: LearningError.self, "density \(density), \(count) of \(bytes.count) bytes") {
          try MaskCode.decode(Array(bytes.prefix(count)), entries: 400)
        }
      }
      #expect(throws: LearningError.self) { try MaskCode.decode(bytes + [0], entries: 400) }
    }
  }

  /// Whatever bytes there are: an error of ours, or a mask of the right size.
  @Test func randomBytes() throws {
    var stream = RandomStream(seed: 11, "hostile")
    var accepted = 0
    for _ in 0..<20_000 {
      let entries = stream.below(300)
      var bytes = MaskCode.encode(Self.mask(entries, 0.3, seed: stream.next()))
      for _ in 0...stream.below(3) where !bytes.isEmpty {
        bytes[stream.below(bytes.count)] ^= UInt8(1 << stream.below(8))
      }
      if stream.below(4) == 0 { bytes = (0..<stream.below(40)).map { _ in UInt8(stream.below(256)) } }
      do {
        let mask = try MaskCode.decode(bytes, entries: entries)
        try #require(mask.count == entries)
        #expect(try MaskCode.decode(MaskCode.encode(mask), entries: entries) == mask)
        accepted += 1
      } catch is LearningError {}
    }
    // Some changed bits make another mask: that those are found is what the density and a checkpoint's seal are for.
    #expect(accepted > 0)
  }
}
