import Torch

/// Where the real tokens of a padded batch are, once they stand one after the other without padding.
///
/// Everything but attention works on packed tokens, so that padding costs nothing there. Attention is block-diagonal: each row
/// looks at itself only, on the padded grid.
struct Packing {
  let rows: Int
  let time: Int
  let tokens: Int
  private let device: Device
  /// Place of each packed token on the flattened grid; nil when there is no padding. int64 [tokens]
  private let places: Tensor?
  /// The packed token at each place of the grid; at padding any token, which nobody looks at. int64 [rows · time]
  private let grid: Tensor?

  init(_ batch: TokenBatch) throws {
    rows = batch.rows
    time = batch.time
    tokens = batch.tokens
    device = batch.ids.device
    guard batch.lengths.contains(where: { $0 != batch.time }) else {
      places = nil
      grid = nil
      return
    }
    var places: [Int] = []
    var grid = [Int](repeating: 0, count: rows * time)
    places.reserveCapacity(tokens)
    for (row, length) in batch.lengths.enumerated() {
      for index in 0..<length {
        grid[row * time + index] = places.count
        places.append(row * time + index)
      }
    }
    self.places = try Tensor(places, on: batch.ids.device)
    self.grid = try Tensor(grid, on: batch.ids.device)
  }

  /// From the padded grid to packed tokens. `x`: [rows, time, …] → [tokens, …].
  func packed(_ x: Tensor) throws -> Tensor {
    let flat = try x.reshaped([rows * time] + x.shape.dropFirst(2))
    return try places.map { try flat.gathered(0, rows: $0) } ?? flat
  }

  /// From packed tokens to the grid; padding holds copies. `x`: [tokens, …] → [rows, time, …].
  func padded(_ x: Tensor) throws -> Tensor {
    let flat = try grid.map { try x.gathered(0, rows: $0) } ?? x
    return try flat.reshaped([rows, time] + x.shape.dropFirst())
  }

  /// As ``padded(_:)`` with zeros at padding: what the gradient of ``packed(_:)`` is.
  func zeroPadded(_ x: Tensor) throws -> Tensor {
    let shape = Array(x.shape.dropFirst())
    guard let places else { return try x.reshaped([rows, time] + shape) }
    return try Tensor.zeros([rows * time] + shape, on: x.device).replacing(0, rows: places, with: x)
      .reshaped([rows, time] + shape)
  }

  /// Groups of packed tokens as a mask on the grid: query i sees key j where j ≤ i and j is of group 0 or of i's group.
  /// [rows, 1, time, time]
  func allowed(_ groups: [Int32]) throws -> AttentionMask {
    let group = try padded(Tensor(groups.map(Int.init), on: device))  // [rows, time]
    let (queries, keys) = (try group.reshaped([rows, 1, time, 1]), try group.reshaped([rows, 1, 1, time]))
    let order = try Tensor(Array(0..<time), on: device)
    let causal = try order.reshaped([1, time]).isLessOrEqual(to: order.reshaped([time, 1]))  // [time, time]
    let visible = try keys.equals(Tensor([0], on: device)).or(keys.equals(queries))
    return .allowed(try visible.and(causal))
  }
}
