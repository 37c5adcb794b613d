import Torch

/// A symmetric matrix as its upper triangle, row after row: half the numbers.
enum Triangle {
  static func count(_ width: Int) -> Int { width * (width + 1) / 2 }

  /// `square`: [width, width] → [width (width + 1) / 2].
  static func packed(_ square: Tensor) throws -> Tensor {
    let width = square.shape[0]
    return try Tensor.concatenated(
      (0..<width).map { try square.selected(0, $0).narrowed(0, from: $0, count: width - $0) })
  }

  /// The whole matrix again. `triangle`: [width (width + 1) / 2] → [width, width].
  static func square(_ triangle: Tensor, width: Int) throws -> Tensor {
    let square = try Tensor.zeros([width, width], triangle.dtype ?? .float32, on: triangle.device)
    try withoutGradients {
      var start = 0
      for row in 0..<width {
        let part = try triangle.narrowed(0, from: start, count: width - row)
        // A symmetric matrix has its row below the diagonal, too. The diagonal itself is written twice.
        try square.selected(0, row).narrowed(0, from: row, count: width - row).copyInPlace(from: part)
        try square.selected(1, row).narrowed(0, from: row, count: width - row).copyInPlace(from: part)
        start += width - row
      }
    }
    return square
  }

  /// The sum of a square matrix's diagonal.
  static func trace(_ square: Tensor) throws -> Double {
    try diagonal(of: square).sum().item()
  }

  /// A square matrix with something added to its diagonal.
  static func raised(_ square: Tensor, by value: Double) throws -> Tensor {
    let width = square.shape[0]
    return try square.reshaped([-1]).replacing(0, rows: positions(width), with: diagonal(of: square) + value)
      .reshaped([width, width])
  }

  private static func diagonal(of square: Tensor) throws -> Tensor {
    try square.reshaped([-1]).gathered(0, rows: positions(square.shape[0]))
  }

  private static func positions(_ width: Int) throws -> Tensor { try Tensor((0..<width).map { $0 * (width + 1) }) }
}
