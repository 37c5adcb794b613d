/// Products of rows with the matrix of their group, all in one call (`_grouped_mm`). Rows of a group lie one after the other.
enum GroupedProduct {
  /// Numbers of a row whose bytes the operator can read: multiples of 16 bytes.
  private static let block = 8

  /// Whether the operator takes such rows: bfloat16, widths in bytes multiples of 16.
  static func suits(_ x: Tensor, widths: Int...) -> Bool {
    x.dtype == .bfloat16 && Kernels.areDevices(x) && widths.allSatisfy { $0 > 0 && $0 % block == 0 }
  }

  static func arguments(_ x: Tensor, _ matrices: Tensor, ends: Tensor) -> [Argument] {
    [.tensor(x), .tensor(matrices), .optionalTensor(ends), .optionalTensor(nil), .optionalDType(nil)]
  }
}

extension Tensor {
  /// `self` times the matrix of each row's group; sums are float32, rounded once.
  ///
  /// - Parameters:
  ///   - matrices: [groups, inner, columns], of which the rows or the columns lie in one piece each.
  ///   - ends: Behind the last row of each group, in order; the last is the number of rows. Groups may be empty. int32 [groups]
  /// - Returns: [rows, columns]
  func groupedProduct(_ matrices: Tensor, ends: Tensor) throws -> Tensor {
    try Operation.call("aten::_grouped_mm", GroupedProduct.arguments(self, matrices, ends: ends))
  }
}
