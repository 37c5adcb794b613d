import CTorch

/// A low-rank pair as the kernels of inference read it: an output gets scaling · B A x.
///
/// The rank is any; nothing is padded. Factors are float32 or bfloat16. Those of bfloat16 are read where they are, as a file has them: they are
/// widened, and B is turned, on the way into a product. B of float32 is kept a second time, turned.
public struct SegmentFactors {
  /// A. [rank, inputs]
  let a: Tensor
  /// B. [outputs, rank]
  let b: Tensor
  let scaling: Double
  /// Where they lie, for a kernel; all zero on another device.
  let raw: AccreteFactors
  /// What `raw` points to.
  private let held: [Tensor]
  /// Memory that this pair has for itself, beside the factors that it was made of.
  public let copiedBytes: Int

  var rank: Int { a.shape[0] }

  /// - Parameter a: A, float32 or bfloat16. [rank, inputs]
  /// - Parameter b: B, of the same type. [outputs, rank]
  /// - Parameter scaling: α / rank, as PEFT has it.
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)``, ``TorchError/dtypeMismatch(what:expected:got:)``.
  public init(a: Tensor, b: Tensor, scaling: Double) throws {
    guard a.shape.count == 2, b.shape.count == 2, a.shape[0] == b.shape[1] else {
      throw TorchError.shapeMismatch(what: "B of a low-rank pair", expected: [-1, a.shape.first ?? 0], got: b.shape)
    }
    guard let type = a.dtype, type == b.dtype, type == .float32 || type == .bfloat16 else {
      throw TorchError.dtypeMismatch(what: "B of a low-rank pair", expected: a.dtype ?? .float32, got: b.description)
    }
    (self.a, self.b, self.scaling) = (a, b, scaling)
    guard a.device == .cpu else {
      (raw, held, copiedBytes) = (AccreteFactors(), [], 0)
      return
    }
    let isHalf = type == .bfloat16
    // bfloat16 is widened on its way anyhow; turning it there, too, costs less than reading twice the bytes of float32 from memory.
    let sources = [a, isHalf ? b : try b.transposed(0, 1)]
    held = try sources.map { try $0.contiguous() }
    copiedBytes = zip(sources, held).reduce(0) { $0 + ($1.0.isContiguous ? 0 : $1.1.byteCount) }
    raw = AccreteFactors(
      rank: Int64(a.shape[0]), scaling: Float(scaling), half: isHalf, a: try held[0].memory(type),
      b: try held[1].memory(type))
  }

  /// scaling · A x by single operations. `x`: [tokens, inputs] → [tokens, rank], float32.
  func reduced(_ x: Tensor) throws -> Tensor {
    try x.productInFloat32(a.converted(to: x.dtype ?? .float32).transposed(0, 1)) * scaling
  }

  /// y + B p by single operations, in the type of `y`. `p`: [tokens, rank]; `y`: [tokens, outputs] → the same.
  func expanded(_ p: Tensor, onto y: Tensor) throws -> Tensor {
    let type = y.dtype ?? .float32
    return try y + p.converted(to: type).matmul(b.converted(to: type).transposed(0, 1))
  }

  func require(_ what: String, inputs: Int, outputs: Int) throws {
    try Kernels.require("A of \(what)", a, [rank, inputs])
    try Kernels.require("B of \(what)", b, [outputs, rank])
  }
}

/// Neighbouring tokens that each belong to one segment, checked once for many kernels.
enum Segments {
  /// - Throws: ``TorchError/shapeMismatch(what:expected:got:)`` where segments overlap, leave their order, or lie behind the last token.
  static func require(_ ranges: [Range<Int>], tokens: Int) throws {
    var end = 0
    for range in ranges {
      guard range.lowerBound >= end, range.upperBound <= tokens else {
        throw TorchError.shapeMismatch(
          what: "segments of tokens", expected: [end, tokens], got: [range.lowerBound, range.upperBound])
      }
      end = range.upperBound
    }
  }
}
