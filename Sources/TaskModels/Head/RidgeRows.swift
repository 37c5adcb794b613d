import Torch

/// The rows of a ridge fit, standardised a part at a time: in float64 all of them take many times what their features take.
struct RidgeRows {
  /// Numbers of a part at most, as float64 32 MiB.
  static let usualPart = 1 << 22

  /// [rows, width]
  private let features: Tensor
  /// The numbers of each row's labels: one, or any number of them.
  private let sets: [[Int]]
  /// How many labels there are.
  let count: Int
  let width: Int
  /// Rows of each part.
  let parts: [Range<Int>]
  /// μ, float64 [width]
  let mean: Tensor
  /// σ, float64 [width]
  let deviation: Tensor
  /// ȳ, float64 [labels]
  let share: Tensor

  var rows: Int { sets.count }

  /// - Parameters:
  ///   - features: [rows, width]
  ///   - sets: The numbers of each row's labels.
  ///   - count: How many there are.
  ///   - part: Numbers of a part at most.
  init(_ features: Tensor, sets: [[Int]], count: Int, part: Int = usualPart) throws {
    self.features = features
    self.sets = sets
    self.count = count
    width = features.shape[1]
    // With fewer rows than features all of them are decomposed at once.
    let each = sets.count < width ? sets.count : max(1, part / max(width, 1))
    parts = stride(from: 0, to: sets.count, by: each).map { $0..<min($0 + each, sets.count) }
    let rows = Double(sets.count)
    let parts = parts
    func mean(_ of: (Tensor) throws -> Tensor) throws -> Tensor {
      let sums = try parts.map { try of(Self.part(features, $0)).sum(0) }  // [width] each
      return try sums.dropFirst().reduce(sums[0]) { try $0 + $1 } * (1 / rows)
    }
    let middle = try mean { $0 }
    self.mean = middle
    deviation = try
      (mean {
        let centred = try $0 - middle
        return try centred * centred
      } + 1e-12).sqrt()
    var shares = [Double](repeating: 0, count: count)
    for label in sets.joined() { shares[label] += 1 / rows }
    share = try Tensor(doubles: shares)
  }

  /// float64 [rows of the part, width]
  private static func part(_ features: Tensor, _ range: Range<Int>) throws -> Tensor {
    try features.narrowed(0, from: range.lowerBound, count: range.count).converted(to: .float64)
  }

  /// z = (x − μ) / σ. float64 [rows of the part, width]
  func standardised(_ part: Range<Int>) throws -> Tensor {
    try (Self.part(features, part) - mean) / deviation
  }

  /// One-hot labels; of several a 1 for each. float64 [rows of the part, labels]
  func oneHot(_ part: Range<Int>) throws -> Tensor {
    var values = [Double](repeating: 0, count: part.count * count)
    for (row, set) in sets[part].enumerated() {
      for label in set { values[row * count + label] = 1 }
    }
    return try Tensor(doubles: values, shape: [part.count, count])
  }
}
