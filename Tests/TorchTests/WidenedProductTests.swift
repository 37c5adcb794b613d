import Dispatch
import Synchronization
import Testing

@testable import Torch

/// Do products with a bfloat16 matrix have the bits of float32's when only a tile of it is widened at a time?
@Suite struct WidenedProductTests {
  // Matrices of several tiles, the last of which is narrower; rows as they are and one for which there is another way.
  private static let manyTiles = [(1030, 2100), (2100, 1030), (700, 3001), (3001, 700)]

  /// A tile at a time, forward and backward, with what is added: the sums are those of one product.
  @Test(arguments: manyTiles, [1, 2])
  func tilesHaveTheBitsOfTheWhole(size: (inputs: Int, outputs: Int), threads: Int) throws {
    try TorchRuntime.setThreads(threads)
    defer { try? TorchRuntime.setThreads(1) }
    let (inputs, outputs) = size
    let stored = try normal([outputs, inputs], 1).converted(to: .bfloat16)
    let (narrow, wide) = (try FrozenMatrix(stored), try FrozenMatrix(stored.converted(to: .float32)))
    #expect(WidenedProduct.Tiles(outputs, width: inputs).ranges.count > 1)
    for rows in [3, 33, 64, 130] {
      let (x, y) = (try normal([rows, inputs], 2), try normal([rows, outputs], 3))
      #expect(try x.linear(narrow).isEqual(to: x.linear(wide)), "\(rows) rows")
      #expect(try x.linear(narrow, adding: y).isEqual(to: x.linear(wide, adding: y)), "\(rows) rows")
      #expect(try y.linearTransposed(narrow).isEqual(to: y.linearTransposed(wide)), "\(rows) rows")
      #expect(
        try y.linearTransposed(narrow, adding: x).isEqual(to: y.linearTransposed(wide, adding: x)), "\(rows) rows")
    }
  }

  /// Every output once, in tiles that fit the memory for them.
  @Test(arguments: [1, 15, 16, 17, 1000, 5632, 50_304], [1, 64, 2048, 5632, 2_000_000])
  func tilesCoverTheMatrix(count: Int, width: Int) {
    for most in [Int.max, WidenedProduct.mostInputs] {
      let tiles = WidenedProduct.Tiles(count, width: width, most: most)
      #expect(tiles.ranges.flatMap { Array($0) } == Array(0..<count))
      #expect(tiles.largest <= max(16, min(most, WidenedProduct.Tiles.numbers / width)))
      #expect(tiles.ranges.dropLast().allSatisfy { $0.count.isMultiple(of: 16) })
    }
  }

  @Test func nothingStaysOfATile() throws {
    let matrix = try FrozenMatrix(Tensor.zeros([8192, 2048], .bfloat16))
    let (x, y) = (try normal([40, 2048], 1), try normal([40, 8192], 2))
    let before = LiveTensors.countOfThread
    _ = try (x.linear(matrix), y.linearTransposed(matrix))
    #expect(LiveTensors.countOfThread == before)
  }

  /// Each thread has tiles of its own.
  @Test func productsSideBySide() throws {
    let stored = try normal([2100, 1030], 1).converted(to: .bfloat16)
    let (narrow, wide) = (try FrozenMatrix(stored), try FrozenMatrix(stored.converted(to: .float32)))
    let inputs = try (0..<4).map { try normal([40, 1030], UInt64($0)) }
    let expected = try inputs.map { try $0.linear(wide) }
    let equal = Mutex([Bool]())
    DispatchQueue.concurrentPerform(iterations: 16) { number in
      let product = try? inputs[number % 4].linear(narrow)
      let same = (try? product?.isEqual(to: expected[number % 4])) ?? false
      equal.withLock { $0.append(same) }
    }
    #expect(equal.withLock { $0 } == [Bool](repeating: true, count: 16))
  }

  /// What autograd keeps of a product is never written over.
  @Test func recordedProductsKeepTheWeight() throws {
    let stored = try normal([2100, 1030], 1).converted(to: .bfloat16)
    let x = try normal([40, 1030], 2)
    try x.requireGradient()
    let product = try x.linear(FrozenMatrix(stored))
    let gradient = try normal([40, 2100], 3)
    try product.backward(from: gradient)
    let expected = try gradient.matmul(stored.converted(to: .float32))
    #expect(try difference(#require(x.gradient), expected) < 1e-3)
  }
}
