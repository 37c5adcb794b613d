import Assurance

/// Features of texts, row after row in one buffer, as the router has them: what drift and novelty are measured on.
///
/// Sums are taken in a fixed order, eight lanes at a time, so that equal rows give equal bits whatever else the machine does.
public struct FeatureRows: Sendable, Equatable {
  /// The square of a larger number may not be one.
  static let largest: Float = 1e15

  /// How many rows there are.
  public let count: Int
  /// Numbers of a row.
  public let width: Int
  /// Rows padded with zeros to whole vectors.
  private let lanes: [SIMD8<Float>]
  private let stride: Int

  /// Takes rows.
  ///
  /// - Parameter rows: Rows of one width; none is allowed.
  /// - Throws: `AssuranceError.lengths` for rows of different widths, `AssuranceError.value` for a number that is not finite, or too large.
  public init(_ rows: [[Float]]) throws {
    count = rows.count
    width = rows.first?.count ?? 0
    stride = (width + 7) / 8
    var lanes: [SIMD8<Float>] = []
    lanes.reserveCapacity(rows.count * stride)
    for (number, row) in rows.enumerated() {
      guard row.count == width else {
        throw AssuranceError.lengths(what: "features of row \(number)", expected: width, got: row.count)
      }
      if let wrong = row.first(where: { !($0.magnitude <= Self.largest) }) {
        throw AssuranceError.value(
          what: "a feature", row: number, expected: "a number of at most \(Self.largest)", got: "\(wrong)",
          fix: "Leave the row out, or find out what made it.")
      }
      lanes += Self.lanes(row, width: width)
    }
    self.lanes = lanes
  }

  /// Numbers padded with zeros to whole vectors; those that are missing are zeros, too.
  private static func lanes(_ row: [Float], width: Int) -> [SIMD8<Float>] {
    Swift.stride(from: 0, to: width, by: 8).map { start in
      var lane = SIMD8<Float>.zero
      for index in start..<max(start, min(start + 8, width, row.count)) { lane[index - start] = row[index] }
      return lane
    }
  }

  private init(count: Int, width: Int, lanes: [SIMD8<Float>]) {
    self.count = count
    self.width = width
    self.lanes = lanes
    stride = (width + 7) / 8
  }

  /// A row's numbers.
  ///
  /// - Parameter row: Its number.
  /// - Returns: As many as ``width``; none for a row that is not there.
  public func row(_ row: Int) -> [Float] {
    guard (0..<count).contains(row) else { return [] }
    let numbers = lanes[row * stride..<(row + 1) * stride].flatMap { lane in lane.indices.map { lane[$0] } }
    return Array(numbers.prefix(width))
  }

  /// Some of the rows, in the order in which they are named; those that are not there are left out.
  ///
  /// - Parameter chosen: Numbers of rows.
  public func rows(_ chosen: [Int]) -> FeatureRows {
    let chosen = chosen.filter { (0..<count).contains($0) }
    return FeatureRows(
      count: chosen.count, width: width, lanes: chosen.flatMap { lanes[$0 * stride..<($0 + 1) * stride] })
  }

  /// Both, one after the other.
  ///
  /// - Parameter other: Rows of the same width, or none.
  /// - Throws: `AssuranceError.lengths` for rows of another width.
  public func joined(_ other: FeatureRows) throws -> FeatureRows {
    if count == 0 { return other }
    if other.count == 0 { return self }
    guard width == other.width else {
      throw AssuranceError.lengths(what: "features of the second rows", expected: width, got: other.width)
    }
    return FeatureRows(count: count + other.count, width: width, lanes: lanes + other.lanes)
  }

  /// Rows of length 1. A row of zeros stays as it is.
  public func normalized() -> FeatureRows {
    var lanes = lanes
    for row in 0..<count {
      let length = product(row, self, row).squareRoot()
      guard length > 0 else { continue }
      for index in row * stride..<(row + 1) * stride { lanes[index] /= length }
    }
    return FeatureRows(count: count, width: width, lanes: lanes)
  }

  /// Each column with the mean and deviation of `reference` taken out of it; a column that is constant there becomes zeros.
  func standardized(by reference: FeatureRows) -> FeatureRows {
    let rows = Double(max(reference.count, 1))
    var (means, squares) = ([Double](repeating: 0, count: stride * 8), [Double](repeating: 0, count: stride * 8))
    for row in 0..<reference.count {
      for lane in 0..<stride {
        let numbers = reference.lanes[row * stride + lane]
        for index in 0..<8 { means[lane * 8 + index] += Double(numbers[index]) / rows }
      }
    }
    for row in 0..<reference.count {
      for lane in 0..<stride {
        let numbers = reference.lanes[row * stride + lane]
        for index in 0..<8 {
          let distance = Double(numbers[index]) - means[lane * 8 + index]
          squares[lane * 8 + index] += distance * distance / rows
        }
      }
    }
    var (middle, scale) = (
      [SIMD8<Float>](repeating: .zero, count: stride), [SIMD8<Float>](repeating: .zero, count: stride)
    )
    for index in means.indices {
      middle[index / 8][index % 8] = Float(means[index])
      let deviation = squares[index].squareRoot()
      scale[index / 8][index % 8] = deviation > 1e-6 * max(1, abs(means[index])) ? Float(1 / deviation) : 0
    }
    var lanes = lanes
    for index in lanes.indices { lanes[index] = (lanes[index] - middle[index % stride]) * scale[index % stride] }
    return FeatureRows(count: count, width: width, lanes: lanes)
  }

  /// The inner product of a row with one of rows of the same width. Both must be there.
  func product(_ row: Int, _ others: FeatureRows, _ other: Int) -> Float {
    lanes.withUnsafeBufferPointer { left in
      others.lanes.withUnsafeBufferPointer { right in
        var sum = SIMD8<Float>.zero
        for lane in 0..<stride { sum += left[row * stride + lane] * right[other * stride + lane] }
        return sum.sum()
      }
    }
  }

  /// The square of the distance between a row and one of rows of the same width.
  func squaredDistance(_ row: Int, _ others: FeatureRows, _ other: Int) -> Float {
    lanes.withUnsafeBufferPointer { left in
      others.lanes.withUnsafeBufferPointer { right in
        var sum = SIMD8<Float>.zero
        for lane in 0..<stride {
          let difference = left[row * stride + lane] - right[other * stride + lane]
          sum += difference * difference
        }
        return sum.sum()
      }
    }
  }

  /// The products of each row with weights, ``width`` of them.
  func products(with weights: [Float]) -> [Float] {
    let other = FeatureRows(count: 1, width: width, lanes: Self.lanes(weights, width: width))
    return (0..<count).map { product($0, other, 0) }
  }

  /// Σ of the rows, each times its factor: what a gradient is made of.
  func sum(times factors: [Float]) -> [Float] {
    var sums = [SIMD8<Float>](repeating: .zero, count: stride)
    for (row, factor) in zip(0..<count, factors) {
      for lane in 0..<stride { sums[lane] += lanes[row * stride + lane] * factor }
    }
    return Array(sums.flatMap { lane in lane.indices.map { lane[$0] } }.prefix(width))
  }
}
