import Torch

/// A fresh linear classifier that was never trained against: how well tasks can still be told apart.
///
///     β = (XᵀX + λI)⁻¹ XᵀY        X: standardised features and a one; Y: one row of −1 and 1 for each row
///
/// Its accuracy is that of leave-one-out, in closed form: row i is predicted by the classifier of all other rows,
/// (ŷ_i − h_ii y_i) / (1 − h_ii) with H = X (XᵀX + λI)⁻¹ Xᵀ.
enum RidgeProbe {
  static let formula =
    "share of rows whose task a ridge classifier of all other rows tells from the shared path's codes; chance is 1/K"

  /// - Parameters:
  ///   - features: [rows, width]
  ///   - labels: Of each row.
  /// - Returns: The share of rows that are told right; `nil` for fewer than two tasks.
  static func accuracy(_ features: Tensor, labels: [Int], penalty: Double = 1) throws -> Double? {
    let classes = Set(labels).sorted()
    guard classes.count > 1, features.shape[0] == labels.count else { return nil }
    return try withoutGradients {
      let x = try features.converted(to: .float64)
      let centred = try x - x.mean(0, keeping: true)
      let standard = try centred / ((centred * centred).mean(0, keeping: true) + 1e-12).sqrt()
      let ones = try Tensor(repeating: 1, [labels.count, 1], .float64, on: features.device)
      let design = try Tensor.concatenated([standard, ones], axis: 1)  // [rows, width + 1]
      let width = design.shape[1]
      let penalties = try Tensor(
        (0..<width * width).map { $0 % (width + 1) == 0 ? Float(penalty) : 0 }, shape: [width, width],
        on: features.device)
      let inverse = try (design.transposedProduct(design) + penalties.converted(to: .float64)).inverse()
      let targets = try Tensor(
        labels.flatMap { label in classes.map { $0 == label ? Float(1) : -1 } }, shape: [labels.count, classes.count],
        on: features.device
      ).converted(to: .float64)
      let hat = try design.matmul(inverse).matmul(design.transposed(0, 1))  // [rows, rows]
      let diagonal = try Tensor(labels.indices.map { $0 * (labels.count + 1) }, on: features.device)
      let own = try hat.reshaped([-1]).gathered(0, rows: diagonal).unsqueezed(1)  // [rows, 1]
      let left = try (hat.matmul(targets) - own * targets) / (own * -1 + 1)
      let told = try left.argmax(1).integers().map { classes[$0] }
      return Double(zip(told, labels).count { $0 == $1 }) / Double(labels.count)
    }
  }
}
