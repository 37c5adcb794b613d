import CTorch
import Foundation
import Synchronization

/// Which kernel multiplies which tokens of a pass without gradients, so that a token's bits do not depend on its company.
///
/// A library's product may add up in another order for another number of tokens (Thinking Machines, "Defeating Nondeterminism in LLM
/// Inference"). Here prompts go through oneDNN in slices of ``size`` tokens, the last one padded with zeros. Generated tokens go through
/// our own kernel, which sums each output in one fixed order. Where a trial at the start (`sizes(of:tokens:)`) finds that a token's position
/// in a slice changes its bits, our own kernel takes all.
public struct ProductSlices: Sendable, Equatable {
  /// Tokens of a slice.
  public static let size = 64

  /// So many first tokens go in slices; the others through our own kernel.
  public let sliced: Int
  /// Whether tokens are multiplied in bfloat16, where the matrix is held in it: rounded before, sums in float32.
  public let half: Bool

  public init(sliced: Int, half: Bool = false) { (self.sliced, self.half) = (sliced, half) }

  /// Larger slices, for prompts of many tokens: each only where a token has the same bits in them as in those of ``size``. So are smaller
  /// ones, for what is left of them.
  private static let larger = [512, 256, 128]
  /// Matrices of more numbers are tried with slices of ``size`` alone: in float32 these fill oneDNN, and more would take seconds at the start.
  private static let mostToTry = 1 << 21
  /// The same of products of bfloat16, which are quick; oneDNN lays the matrix out for each of them, so that few large ones are faster.
  private static let mostHalvesToTry = 1 << 25

  /// What a trial's result depends on.
  private struct Key: Hashable {
    let inputs: Int
    let outputs: Int
    let form: String
    let isMany: Bool
  }

  private static let checked = Mutex<[Key: [Int]]>([:])

  /// The slices in which a token gets the same bits at any position, whatever stands beside it, largest first; none: there are no such.
  ///
  /// Tried once for each shape of a matrix, with the matrix itself; larger ones when so many tokens come first. Whether there are any is
  /// never a matter of the number of tokens, nor of threads: a token has the same bits by one, by two and by as many as there are cores.
  static func sizes(of weight: any TiledMatrix, tokens: Int, half: Bool = false) throws -> [Int] {
    let usual = try known(weight, isMany: false, half) {
      try tried(weight, rows: size, [[size], [48, 16], [32, 16], [16]], half)
    }
    guard usual.contains(size), tokens >= larger.last ?? .max,
      weight.elements <= (half ? mostHalvesToTry : mostToTry)
    else {
      return usual.contains(size) ? usual : []
    }
    return try known(weight, isMany: true, half) {
      try tried(weight, rows: larger[0], larger.map { [$0] + usual }, half)
    } + usual
  }

  private static func known(
    _ weight: any TiledMatrix, isMany: Bool, _ half: Bool, _ find: () throws -> [Int]
  ) throws -> [Int] {
    let key = Key(
      inputs: weight.shape[1], outputs: weight.shape[0], form: half ? "products of bfloat16" : weight.form,
      isMany: isMany)
    if let known = checked.withLock({ $0[key] }) { return known }
    let result = try find()
    checked.withLock { $0[key] = result }
    return result
  }

  /// The first of each of these slices, where a token has the bits in them that it has in slices of ``size``.
  private static func tried(
    _ weight: any TiledMatrix, rows: Int, _ candidates: [[Int]], _ half: Bool
  ) throws -> [Int] {
    let inputs = weight.shape[1]
    // Numbers with all their bits set differently; what they are does not matter.
    var state: UInt32 = 0x9E37_79B9
    let numbers = (0..<rows * inputs).map { _ -> Float in
      state ^= state << 13
      state ^= state >> 17
      state ^= state << 5
      return Float(state) / Float(UInt32.max) - 0.5
    }
    let x = try Tensor(numbers, shape: [rows, inputs])
    let order = try Tensor(Array((0..<rows).reversed()))
    let reversed = try x.gathered(0, rows: order)
    func product(_ x: Tensor, _ slices: [Int]) throws -> Tensor {
      try Self.product(x, weight, slices, half: half)
    }
    func bytes(_ x: Tensor) throws -> [UInt8] { try x.contiguous().withBytes { Array($0) } }
    let own = TorchRuntime.threads
    defer { try? TorchRuntime.setThreads(own) }
    let counts = [1, 2, ProcessInfo.processInfo.activeProcessorCount].filter { $0 != own }
    try TorchRuntime.setThreads(1)
    let expected = try bytes(product(x, [size]))
    func holds(_ slices: [Int]) throws -> Bool {
      for threads in Set(counts).sorted() {
        try TorchRuntime.setThreads(threads)
        guard try bytes(product(x, slices)) == expected else { return false }
      }
      try TorchRuntime.setThreads(own)
      let forward = try bytes(product(x, slices)) == expected
      return try forward && bytes(product(reversed, slices).gathered(0, rows: order)) == expected
    }
    // Alone among zeros, at a position in the middle.
    let row = 37
    let alone = try Tensor.zeros([size, inputs])
    try alone.narrowed(0, from: row, count: 1).copyInPlace(from: x.narrowed(0, from: row, count: 1))
    let width = expected.count / rows
    let single = try bytes(product(alone, [size]).narrowed(0, from: row, count: 1))
    guard single == Array(expected[row * width..<(row + 1) * width]) else { return [] }
    let held = try candidates.filter(holds).map { $0[0] }
    // The smaller ones need the smallest, for what is left.
    return held.contains(16) ? held : held.filter { $0 >= size }
  }
}

extension ProductSlices {
  /// x Wᵀ slice by slice. `x`: [rows, in], float32; a multiple of the smallest slice, which comes last → [rows, out], float32.
  static func product(_ x: Tensor, _ weight: any TiledMatrix, _ slices: [Int], half: Bool) throws -> Tensor {
    guard half, let matrix = weight as? Tensor else {
      return try WidenedProduct.product(x, weight, adding: nil, slices: slices)
    }
    return try halfProduct(x, matrix, slices, as: .float32)
  }

  /// The same of any number of rows, rounded to bfloat16 first where they are not in it: what the last slice lacks are zeros.
  ///
  /// - Parameter type: In which the products, which are bfloat16, are wanted.
  static func halfProduct(_ x: Tensor, _ matrix: Tensor, _ slices: [Int], as type: DType) throws -> Tensor {
    let (rows, smallest) = (x.shape[0], slices.last ?? size)
    let rounded = try x.converted(to: .bfloat16)
    if slices.contains(rows) { return try rounded.linear(matrix).converted(to: type) }
    let result = try Tensor(uninitialized: [rows, matrix.shape[0]], type)
    var start = 0
    while start < rows {
      let left = (rows - start + smallest - 1) / smallest * smallest
      let slice = slices.first { $0 <= left } ?? smallest
      let count = min(slice, rows - start)
      var part = try rounded.narrowed(0, from: start, count: count)
      if count < slice {
        part = try Tensor.concatenated([part, Tensor.zeros([slice - count, x.shape[1]], .bfloat16)])
      }
      let made = try part.linear(matrix).narrowed(0, from: 0, count: count)  // [count, out], bfloat16
      try result.narrowed(0, from: start, count: count).copyInPlace(from: made)
      start += count
    }
    return result
  }
}

extension WeightMatrix {
  /// x Wᵀ, of which a token's bits do not depend on the other tokens.
  ///
  /// - Parameter x: [tokens, in], float32 or bfloat16
  /// - Parameter slices: Which tokens go through which kernel.
  /// - Returns: [tokens, out], of x's type
  /// - Throws: ``TorchError``.
  public func product(_ x: Tensor, _ slices: ProductSlices) throws -> Tensor {
    if x.isHalf, !Kernels.isDevice(device) { return try halfRowProducts(x, slices) }
    guard let weight = tiled, trained == nil, x.shape.count == 2, !Kernels.isDevice(weight.device), Kernels.suit(x)
    else {
      // Integers are quantized token by token, and their sums are exact.
      return try product(x, adding: nil)
    }
    let tokens = x.shape[0]
    let sliced = min(slices.sliced, tokens)
    let half = slices.half && suitsHalfProducts
    let sizes = sliced > 0 ? try ProductSlices.sizes(of: weight, tokens: sliced, half: half) : []
    guard !sizes.isEmpty else { return try rowProduct(x, weight, half: half) }
    let x = try x.contiguous()
    if half, let matrix = weight as? Tensor, tokens == sliced {
      return try ProductSlices.halfProduct(x, matrix, sizes, as: .float32)
    }
    let smallest = sizes.last ?? ProductSlices.size
    let whole = (sliced + smallest - 1) / smallest * smallest
    var first = try x.narrowed(0, from: 0, count: sliced)
    if whole > sliced {
      first = try Tensor.concatenated([first, Tensor.zeros([whole - sliced, x.shape[1]])])
    }
    let made = try ProductSlices.product(first, weight, sizes, half: half)
    let kept = try whole > sliced ? made.narrowed(0, from: 0, count: sliced) : made
    guard tokens > sliced else { return try kept.contiguous() }
    let rest = try rowProduct(x.narrowed(0, from: sliced, count: tokens - sliced), weight, half: half)
    return try Tensor.concatenated([kept, rest])  // [tokens, out]
  }

  /// x Wᵀ of activations that are held in bfloat16. `x`: [tokens, in] → [tokens, out], both bfloat16.
  private func halfRowProducts(_ x: Tensor, _ slices: ProductSlices) throws -> Tensor {
    guard slices.half, suitsHalfProducts, slices.sliced >= x.shape[0], let matrix = tiled as? Tensor else {
      return try product(x.converted(to: .float32), slices).converted(to: .bfloat16)
    }
    let sizes = try ProductSlices.sizes(of: matrix, tokens: x.shape[0], half: true)
    guard !sizes.isEmpty else {
      return try rowProduct(x.converted(to: .float32), matrix, half: true).converted(to: .bfloat16)
    }
    return try ProductSlices.halfProduct(x, matrix, sizes, as: .bfloat16)
  }

  /// x Wᵀ by our own kernel. `x`: [tokens, in], float32 → [tokens, out], float32.
  private func rowProduct(_ x: Tensor, _ weight: any TiledMatrix, half: Bool) throws -> Tensor {
    if half, let weight = weight as? Tensor { return try x.rowProduct(weight, adding: nil, rounded: true) }
    return try weight.rowProduct(with: x, adding: nil)
  }
}
