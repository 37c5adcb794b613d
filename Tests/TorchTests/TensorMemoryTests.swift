import Foundation
import Randomness
import Testing
import Torch

/// Is the memory of tensors theirs alone, wherever it comes from, and used again?
@Suite struct TensorMemoryTests {
  init() throws {
    try useOneThread()
    TorchRuntime.keepFreedMemory()
  }

  /// Around the limits of the region, and between them. In floats.
  private static let sizes = [1, 8191, 8192, 8193, 16_384, 100_000, 1 << 20, (8 << 20) - 1, 8 << 20]

  private func address(_ tensor: Tensor) throws -> Int {
    try tensor.withBytes { Int(bitPattern: $0.baseAddress) }
  }

  /// Tensors come and go in an order of chance; each keeps what was written into it.
  @Test(arguments: 0..<4 as Range<UInt64>) func noTwoTensorsShareMemory(seed: UInt64) throws {
    var stream = RandomStream(seed: seed, "memory")
    var held: [(tensor: Tensor, value: Double)] = []
    for round in 0..<300 {
      if held.count > 12 || (!held.isEmpty && stream.below(3) == 0) {
        let (tensor, value) = held.remove(at: stream.below(held.count))
        let (least, most) = try (-(-tensor).maximum().item(), tensor.maximum().item())
        #expect(least == value && most == value, "\(tensor)")
      } else {
        let size = Self.sizes[stream.below(Self.sizes.count - (round % 10 == 0 ? 0 : 3))]
        let tensor = try Tensor(repeating: Double(round + 1), [size])
        #expect(try address(tensor) % 64 == 0)
        held.append((tensor, Double(round + 1)))
      }
    }
  }

  /// What lives long and is small never lies between the tensors of a step.
  @Test func nothingElseLiesBetween() throws {
    var stream = RandomStream(seed: 0, "between")
    var (large, small): ([Tensor], [Tensor]) = ([], [])
    for _ in 0..<200 {
      large.append(try Tensor(uninitialized: [8192 + stream.below(100_000)]))
      small.append(try Tensor(uninitialized: [100]))
    }
    let addresses = try large.map(address)
    let (lowest, highest) = try (#require(addresses.min()), #require(addresses.max()))
    #expect(try !small.map(address).contains { (lowest...highest).contains($0) })
  }

  /// Pieces that are given back one by one are one piece again: rounds of other sizes find room in what the first one took.
  @Test func whatWasGivenBackIsOnePieceAgain() throws {
    var stream = RandomStream(seed: 0, "rounds")
    var addresses: [Int] = []
    for _ in 0..<50 {
      var tensors: [Tensor] = []
      var bytes = 0
      while bytes < 64 << 20 {
        tensors.append(try Tensor(uninitialized: [8192 + stream.below(1 << 20)]))
        bytes += tensors.last?.byteCount ?? 0
      }
      addresses += try tensors.map(address)
      while !tensors.isEmpty { tensors.remove(at: stream.below(tensors.count)) }
    }
    // Beside this one, other tests take a few pieces and give them back.
    let (lowest, highest) = try (#require(addresses.min()), #require(addresses.max()))
    #expect(highest - lowest < 256 << 20)
  }
}
