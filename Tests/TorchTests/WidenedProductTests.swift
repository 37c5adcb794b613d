import Dispatch
import Synchronization
import TestSupport
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
    let (narrow, wide) = (try WeightMatrix(stored), try WeightMatrix(stored.converted(to: .float32)))
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
    for most in [Int.max, WidenedProduct.mostInputs(outputs: width)] {
      let tiles = WidenedProduct.Tiles(count, width: width, most: most)
      #expect(tiles.ranges.flatMap { Array($0) } == Array(0..<count))
      #expect(tiles.largest <= max(16, min(most, WidenedProduct.Tiles.numbers / width)))
      #expect(tiles.ranges.dropLast().allSatisfy { $0.count.isMultiple(of: 16) })
    }
  }

  /// A piece of memory stays for the next product, and only one: the matrices are of several tiles, of one, and small.
  @Test func onlyOnePieceOfMemoryStays() throws {
    func products() throws {
      for (outputs, inputs) in [(8192, 2048), (2048, 768), (256, 768)] {
        let matrix = try WeightMatrix(Tensor.zeros([outputs, inputs], .bfloat16))
        let (x, y) = (try normal([40, inputs], 1), try normal([40, outputs], 2))
        _ = try (x.linear(matrix), y.linearTransposed(matrix))
      }
    }
    let before = LiveTensors.countOfThread
    for _ in 0..<3 { try products() }
    #expect(LiveTensors.countOfThread <= before + 1)
  }

  /// Matrices that are widened as a whole, forward or both ways, each where the one before lay: what was made stays as it is.
  @Test(arguments: [(300, 200), (2048, 768), (768, 2048)])
  func wholeMatricesDoNotDisturbEachOther(outputs: Int, inputs: Int) throws {
    let stored = try (0..<2).map { try normal([outputs, inputs], UInt64(1 + $0)).converted(to: .bfloat16) }
    let (x, y) = (try normal([40, inputs], 3), try normal([40, outputs], 4))
    func products(_ matrix: WeightMatrix) throws -> [Tensor] {
      try [
        x.linear(matrix), x.linear(matrix, adding: y), y.linearTransposed(matrix),
        y.linearTransposed(matrix, adding: x),
      ]
    }
    let narrow = try stored.map { try products(WeightMatrix($0)) }
    let wide = try stored.map { try products(WeightMatrix($0.converted(to: .float32))) }
    for (got, expected) in zip(narrow.joined(), wide.joined()) { #expect(try got.isEqual(to: expected)) }
  }

  /// Each thread has tiles of its own.
  @Test(arguments: [2100, 500])
  func productsSideBySide(outputs: Int) throws {
    let stored = try normal([outputs, 1030], 1).converted(to: .bfloat16)
    let (narrow, wide) = (try WeightMatrix(stored), try WeightMatrix(stored.converted(to: .float32)))
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

  /// What autograd keeps of a product is never written over, be the matrix large or small.
  @Test(arguments: [2100, 500])
  func recordedProductsKeepTheWeight(outputs: Int) throws {
    let stored = try (0..<2).map { try normal([outputs, 1030], UInt64(1 + $0)).converted(to: .bfloat16) }
    let x = try normal([40, 1030], 2)
    try x.requireGradient()
    let product = try x.linear(WeightMatrix(stored[0]))
    let gradient = try normal([40, outputs], 3)
    _ = try gradient.linearTransposed(WeightMatrix(stored[1]))
    try product.backward(from: gradient)
    let expected = try gradient.matmul(stored[0].converted(to: .float32))
    #expect(try difference(#require(x.gradient), expected) < 1e-3)
  }
}
