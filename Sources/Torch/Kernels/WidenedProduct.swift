import CTorch

/// Products with a matrix of bfloat16 or of codes that is widened a tile at a time, into memory that stays in the cache.
///
/// A widened matrix is as large as the one that was to be saved, and lies in memory that is fresh from the system where it is large.
/// A tile is read again by the product before it leaves the cache, and the next one is written where it lay (``TileMemory``); so is a
/// matrix that is no larger than a tile. No sum is split, so that the bits are those of one product with the
/// whole matrix: forward, tiles are some of the outputs; backward, some of the inputs.
enum WidenedProduct {
  /// How some outputs or inputs are cut into tiles of nearly the same size, each a multiple of ``grain`` but the last.
  struct Tiles {
    /// The most numbers of a tile. Larger ones leave the cache; smaller ones are too narrow for oneDNN.
    static let numbers = TileMemory.numbers
    static let grain = 16

    let ranges: [Range<Int>]

    /// - Parameters:
    ///   - count: What is cut.
    ///   - width: Numbers of each of them.
    ///   - most: The most of them in one tile.
    init(_ count: Int, width: Int, most: Int = .max) {
      let grains = (count + Self.grain - 1) / Self.grain
      let each = max(1, min(Self.numbers / max(width, 1), most) / Self.grain)
      let tiles = max(1, (grains + each - 1) / each)
      // Each about as large: a small one at the end would be no product for oneDNN.
      ranges = (0..<tiles).map {
        min(count, grains * $0 / tiles * Self.grain)..<min(count, grains * ($0 + 1) / tiles * Self.grain)
      }
    }

    var largest: Int { ranges.map(\.count).max() ?? 0 }
    var smallest: Int { ranges.map(\.count).min() ?? 0 }
  }

  /// Inputs of a tile backward: oneDNN reads the columns of a matrix, which it does well if they are few and lie close together.
  /// - Parameter outputs: Of the matrix. Where they are few, more inputs lie close together, and each product is worth its call.
  static func mostInputs(outputs: Int) -> Int { min(384, max(192, 400_000 / max(outputs, 1))) }

  /// Matrices of up to so many numbers are in the cache as a whole.
  private static let small = 1 << 19
  /// Longer sums oneDNN splits by how wide the product is (seen at 32,768 with tiles of 64): their bits need the whole matrix.
  private static let longestSum = 8192

  /// Whether a product of some outputs has the bits that these outputs have in the whole one: so it was measured with oneDNN of libtorch
  /// 2.13. With that of 2.11 it has not, at 1,030 inputs and 2,100 outputs; of others nothing is known, so that they take the whole matrix.
  private static let tilesKeepBits = TorchRuntime.version.hasPrefix("2.13.")

  /// Whether a matrix is widened into memory that stays: on the CPU, and nothing recorded, as what is recorded keeps the weight.
  private static func suits(_ x: Tensor, _ weight: any TiledMatrix, _ addend: Tensor?) -> Bool {
    weight.hasTiles && Kernels.suit(x) && x.shape.count == 2 && !x.isRecorded
      && addend.map { Kernels.suit($0) && !$0.isRecorded } ?? true
  }

  /// Whether a product goes by tiles: with large matrices, each tile large enough for oneDNN, as the whole is.
  private static func goesByTiles(_ x: Tensor, rows: Int, _ weight: any TiledMatrix, _ tiles: Tiles) -> Bool {
    tilesKeepBits && weight.elements > small && x.shape[1] <= longestSum && tiles.ranges.count > 1
      && rows * x.shape[1] * tiles.smallest > Int(accrete_small_product)
  }

  /// x Wᵀ (+ addend). `x`: [rows, in]; `weight`: [out, in] → [rows, out].
  ///
  /// - Parameter slices: So many rows at a time, as if there were no others, the largest that are left; `nil`: all at once. The number of
  ///   rows is a multiple of the smallest, which comes last.
  static func product(
    _ x: Tensor, _ weight: any TiledMatrix, adding addend: Tensor?, slices: [Int]? = nil
  ) throws -> Tensor {
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    let tiles = Tiles(outputs, width: inputs)
    // Whether the matrix goes by tiles does not depend on how many rows come in slices.
    let atOnce = slices == nil ? x.shape[0] : ProductSlices.size
    guard suits(x, weight, addend), goesByTiles(x, rows: atOnce, weight, tiles) else {
      return try whole(x, weight, adding: addend, slices: slices) { $0 }
    }
    return try byTiles(x, weight, tiles, adding: addend, width: outputs, slices: slices) { tile, memory in
      let part = try memory.narrowed(0, from: 0, count: tile.count * inputs).reshaped([tile.count, inputs])
      try weight.widen(outputs: tile, inputs: 0..<inputs, into: part)
      return part
    }
  }

  /// x W (+ addend). `x`: [rows, out]; `weight`: [out, in] → [rows, in].
  static func transposedProduct(_ x: Tensor, _ weight: any TiledMatrix, adding addend: Tensor?) throws -> Tensor {
    let (outputs, inputs) = (weight.shape[0], weight.shape[1])
    let tiles = Tiles(inputs, width: outputs, most: mostInputs(outputs: outputs))
    guard suits(x, weight, addend), goesByTiles(x, rows: x.shape[0], weight, tiles) else {
      return try whole(x, weight, adding: addend) { try $0.transposed(0, 1) }
    }
    return try byTiles(x, weight, tiles, adding: addend, width: inputs) { tile, memory in
      let part = try memory.narrowed(0, from: 0, count: outputs * tile.count).reshaped([outputs, tile.count])
      try weight.widen(outputs: 0..<outputs, inputs: tile, into: part)
      return try part.transposed(0, 1)
    }
  }

  /// One product with all of a matrix. `read`: as what it is read once it is widened.
  private static func whole(
    _ x: Tensor, _ weight: any TiledMatrix, adding addend: Tensor?, slices: [Int]? = nil,
    _ read: (Tensor) throws -> Tensor
  ) throws -> Tensor {
    func product(_ widened: Tensor) throws -> Tensor {
      let widened = try read(widened)
      return try addend.map { try x.linear(widened, adding: $0) } ?? linear(x, widened, slices: slices)
    }
    guard suits(x, weight, addend), weight.elements <= TileMemory.numbers else {
      return try product(weight.widened())
    }
    return try TileMemory.with { memory in
      let all = try memory.narrowed(0, from: 0, count: weight.elements).reshaped(weight.shape)
      try weight.widen(outputs: 0..<weight.shape[0], inputs: 0..<weight.shape[1], into: all)
      return try product(all)
    }
  }

  /// x Wᵀ by libtorch, some rows at a time. `x`: [rows, in] → [rows, out].
  private static func linear(_ x: Tensor, _ widened: Tensor, slices: [Int]?) throws -> Tensor {
    let rows = x.shape[0]
    guard let slices, !slices.contains(rows) else { return try x.linear(widened) }
    let result = try Tensor(uninitialized: [rows, widened.shape[0]])
    var start = 0
    while let slice = slices.first(where: { $0 <= rows - start }) {
      let part = try x.narrowed(0, from: start, count: slice).linear(widened)
      try result.narrowed(0, from: start, count: slice).copyInPlace(from: part)
      start += slice
    }
    return result
  }

  /// The columns of a product, tile by tile. `widened`: fills the memory that it is given, and says as what matrix it is to be read.
  private static func byTiles(
    _ x: Tensor, _ weight: any TiledMatrix, _ tiles: Tiles, adding addend: Tensor?, width: Int, slices: [Int]? = nil,
    _ widened: (Range<Int>, Tensor) throws -> Tensor
  ) throws -> Tensor {
    let rows = x.shape[0]
    if let addend { try Kernels.require("what a product is added to", addend, [rows, width]) }
    let (x, addend) = (try x.contiguous(), try addend?.contiguous())
    let result = try Tensor(uninitialized: [rows, width])
    func fill(_ memory: Tensor) throws {
      for tile in tiles.ranges {
        let part = try linear(x, widened(tile, memory), slices: slices).contiguous()  // [rows, tile]
        accrete_place(
          Int64(rows), Int64(tile.count), Int64(width), try part.kernelMemory(),
          try addend.map { try $0.kernelMemory() + tile.lowerBound }, try result.kernelMemory() + tile.lowerBound,
          libtorch.accrete_get_threads())
      }
    }
    // A tile of a matrix with very many inputs or outputs is larger than what stays.
    let needed = tiles.largest * (weight.elements / max(width, 1))
    if needed <= TileMemory.numbers {
      try TileMemory.with(fill)
    } else {
      try fill(Tensor(uninitialized: [needed]))
    }
    return withExtendedLifetime(addend) { result }
  }
}
