import CTorch
import Synchronization

/// Which kernel multiplies which tokens of a pass without gradients, so that a token's bits do not depend on its company.
///
/// A library's product may add up in another order for another number of tokens (Thinking Machines, "Defeating Nondeterminism in LLM
/// Inference"). Here prompts go through oneDNN in slices of exactly ``size`` tokens, the last one filled with zeros, and tokens that
/// are generated through our own kernel, which adds up one output in one order. Where the check at start (``keepBits(_:)``) finds that a
/// token's place in a slice changes its bits, our own kernel takes all.
public struct ProductSlices: Sendable, Equatable {
  /// Tokens of a slice.
  public static let size = 64

  /// So many first tokens go in slices; the others through our own kernel.
  public let sliced: Int

  public init(sliced: Int) { self.sliced = sliced }

  private static let checked = Mutex<[String: Bool]>([:])

  /// Whether a token gets the same bits at any place of a slice, whatever stands beside it: tried once for each shape of a matrix, with
  /// the matrix itself.
  static func keepBits(_ weight: Tensor) throws -> Bool {
    let key = "\(weight.shape) \(String(describing: weight.dtype)) \(libtorch.accrete_get_threads())"
    if let known = checked.withLock({ $0[key] }) { return known }
    let result = try hold(weight)
    checked.withLock { $0[key] = result }
    return result
  }

  private static func hold(_ weight: Tensor) throws -> Bool {
    let inputs = weight.shape[1]
    // Numbers with all their bits set differently; what they are does not matter.
    var state: UInt32 = 0x9E37_79B9
    let numbers = (0..<size * inputs).map { _ -> Float in
      state ^= state << 13
      state ^= state >> 17
      state ^= state << 5
      return Float(state) / Float(UInt32.max) - 0.5
    }
    let x = try Tensor(numbers, shape: [size, inputs])
    let turned = try Tensor(Array((0..<size).reversed()))
    let whole = try WidenedProduct.product(x, weight, adding: nil, slice: size)
    let other = try WidenedProduct.product(x.gathered(0, rows: turned), weight, adding: nil, slice: size).gathered(0, rows: turned)
    guard try Self.bytes(whole) == bytes(other) else { return false }
    // Alone among zeros, at a place in the middle.
    let row = 37
    let alone = try Tensor.zeros([size, inputs])
    try alone.narrowed(0, from: row, count: 1).copyInPlace(from: x.narrowed(0, from: row, count: 1))
    let single = try WidenedProduct.product(alone, weight, adding: nil, slice: size)
    return try bytes(single.narrowed(0, from: row, count: 1)) == bytes(whole.narrowed(0, from: row, count: 1))
  }

  private static func bytes(_ x: Tensor) throws -> [UInt8] { try x.contiguous().withBytes { Array($0) } }
}

extension WeightMatrix {
  /// x Wᵀ, of which a token's bits do not depend on the other tokens. `x`: [tokens, in] → [tokens, out].
  ///
  /// - Parameter slices: which tokens go through which kernel.
  /// - Throws: ``TorchError``.
  public func product(_ x: Tensor, _ slices: ProductSlices) throws -> Tensor {
    guard case .plain(let weight) = storage, trained == nil, x.shape.count == 2, weight.device == .cpu, Kernels.suit(x)
    else {
      // Integers are quantized token by token, and their sums are exact.
      return try product(x, adding: nil)
    }
    let tokens = x.shape[0]
    let sliced = min(slices.sliced, tokens)
    guard sliced > 0, try ProductSlices.keepBits(weight) else { return try x.rowProduct(weight, adding: nil) }
    let x = try x.contiguous()
    let whole = (sliced + ProductSlices.size - 1) / ProductSlices.size * ProductSlices.size
    var first = try x.narrowed(0, from: 0, count: sliced)
    if whole > sliced {
      first = try Tensor.concatenated([first, Tensor.zeros([whole - sliced, x.shape[1]])])
    }
    let made = try WidenedProduct.product(first, weight, adding: nil, slice: ProductSlices.size)
    let kept = try whole > sliced ? made.narrowed(0, from: 0, count: sliced) : made
    guard tokens > sliced else { return try kept.contiguous() }
    let rest = try x.narrowed(0, from: sliced, count: tokens - sliced).rowProduct(weight, adding: nil)
    return try Tensor.concatenated([kept, rest])  // [tokens, out]
  }
}
