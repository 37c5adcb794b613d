import Randomness
import Testing
import Torch

/// Are masks what docs/protocol.md says, on every machine?
@Suite struct DropoutMasksTests {
  /// The hash again, word by word.
  private func keeps(_ key: UInt64, row: Int, column: Int, probability: Double) -> Bool {
    var x = UInt32(truncatingIfNeeded: key) &+ UInt32(row) &* 0x9E37_79B1 &+ UInt32(column)
    x ^= x >> 16
    x = x &* 0x7FEB_352D
    x ^= x >> 15
    x ^= UInt32(truncatingIfNeeded: key >> 32)
    x = x &* 0x846C_A68B
    x ^= x >> 16
    return x >= UInt32(probability * 0x1p32)
  }

  @Test(arguments: [UInt64(0), 1, 0xDEAD_BEEF_0123_4567, .max])
  func everyElementIsTheHash(key: UInt64) throws {
    for probability in [0.05, 0.5, 0.9] {
      let mask = try DropoutMasks(probability: probability, keys: [key]).mask(0, rows: 9, width: 37, on: .cpu)
      #expect(mask.shape == [9, 37])
      let values = try mask.floats()
      for row in 0..<9 {
        for column in 0..<37 {
          let expected =
            keeps(key, row: row, column: column, probability: probability) ? Float(1 / (1 - probability)) : 0
          #expect(values[row * 37 + column] == expected)
        }
      }
    }
  }

  /// As many are dropped as asked for, in every column and row, and neighbours know nothing of each other.
  @Test func masksLookRandom() throws {
    var stream = RandomStream(seed: 1, "masks")
    let (rows, width, probability) = (512, 256, 0.05)
    let values = try DropoutMasks(probability: probability, keys: [stream.next()])
      .mask(0, rows: rows, width: width, on: .cpu).floats().map { $0 == 0 ? 1.0 : 0.0 }
    let mean = values.reduce(0, +) / Double(values.count)
    #expect(abs(mean - probability) < 0.003)
    for column in stride(from: 0, to: width, by: 17) {
      let dropped = (0..<rows).reduce(0.0) { $0 + values[$1 * width + column] }
      // 512 draws of 0.05: a deviation of 4.9.
      #expect(abs(dropped - 25.6) < 15)
    }
    let pairs = zip(values, values.dropFirst()).reduce(0.0) { $0 + $1.0 * $1.1 } / Double(values.count)
    #expect(abs(pairs - probability * probability) < 0.001)
    let below = zip(values, values.dropFirst(width)).reduce(0.0) { $0 + $1.0 * $1.1 } / Double(values.count)
    #expect(abs(below - probability * probability) < 0.001)
  }
}
