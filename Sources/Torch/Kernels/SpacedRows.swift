/// A matrix of float32 with a gap behind each row, where without it rows would begin a multiple of a page apart.
///
/// Such rows fall into few sets of a processor's caches: products with 8,192 logits a row took a tenth longer.
public struct SpacedRows {
  private static let page = 4096
  private static let gap = 32

  /// [rows, columns and gap]
  let whole: Tensor
  /// Columns that count.
  let width: Int

  /// A matrix without gaps. `matrix`: [rows, columns]
  public init(_ matrix: Tensor) throws {
    whole = try matrix.contiguous()
    width = matrix.shape.last ?? 0
  }

  /// `x Wᵀ`. `x`: [rows, in]; `weight`: [out, in] → [rows, out].
  public init(_ x: Tensor, times weight: WeightMatrix) throws {
    width = weight.shape[0]
    guard let trained = weight.trained, Kernels.suit(x), Kernels.suit(trained), x.shape.count == 2,
      width * MemoryLayout<Float>.stride % Self.page == 0
    else {
      whole = try x.linear(weight).contiguous()
      return
    }
    whole = try Tensor(uninitialized: [x.shape[0], width + Self.gap])
    _ = try Operation.call(
      "aten::mm", overload: "out", [.tensor(x), .tensor(trained.transposed(0, 1)), .tensor(matrix())])
  }

  /// The columns that count: a view. [rows, columns]
  public func matrix() throws -> Tensor {
    whole.shape[1] == width ? whole : try whole.narrowed(1, from: 0, count: width)
  }
}
