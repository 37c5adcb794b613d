import Torch

/// Where the real tokens of a padded batch are, once they stand one after the other without padding.
///
/// Everything but attention works on packed tokens, so that padding costs nothing there. Attention is block-diagonal: each row
/// looks at itself only, on the padded grid.
///
/// Tokens that all rows share (``TokenBatch/sharedTokens``) stand there once, with the first row. Attention sees them in each row.
///
/// Behind the real tokens stands the batch's alignment padding (``TokenBatch/alignmentPadding(for:)``): copies of the first token.
struct Packing {
  let rows: Int
  let time: Int
  /// Real tokens that are computed, without the alignment padding.
  let tokens: Int
  let alignmentPadding: Int
  private let device: Device
  /// Place of each real token on the flattened grid; nil when there is no padding. int64 [tokens]
  private let places: Tensor?
  /// The same with the alignment padding; nil when there is neither padding nor alignment padding. int64 [tokens + alignmentPadding]
  private let sources: Tensor?
  /// The packed token at each place of the grid; at padding any token, which is unused. int64 [rows · time]
  private let grid: Tensor?
  /// What attention sees where tokens are shared.
  let expansion: Expansion?

  /// Shared tokens as each row has them: for attention, which looks at rows.
  struct Expansion {
    /// The computed token of each token of each row, then the alignment padding. int64 [tokens of all rows + alignmentPadding]
    let sources: Tensor
    /// The same.
    let order: [Int]
    /// Where each computed token stands among them. int64 [tokens + alignmentPadding]
    let places: Tensor

    /// [tokens + alignmentPadding, …] → [tokens of all rows + alignmentPadding, …]
    func expanded(_ x: Tensor) throws -> Tensor { try x.gathered(0, rows: sources) }
    /// [tokens of all rows + alignmentPadding, …] → [tokens + alignmentPadding, …]
    func collapsed(_ x: Tensor) throws -> Tensor { try x.gathered(0, rows: places) }
  }

  init(_ batch: TokenBatch) throws {
    rows = batch.rows
    time = batch.time
    tokens = batch.computedTokens
    alignmentPadding = TokenBatch.alignmentPadding(for: batch.computedTokens)
    device = batch.ids.device
    let shared = batch.sharedTokens
    let isPadded = shared > 0 || batch.lengths.contains { $0 != batch.time }
    var places: [Int] = []
    var grid = [Int](repeating: 0, count: rows * time)
    places.reserveCapacity(tokens + alignmentPadding)
    var (expanded, own): ([Int], [Int]) = ([], [])
    for (row, length) in batch.lengths.enumerated() {
      for index in 0..<length {
        if row > 0, index < shared {
          grid[row * time + index] = index
          expanded.append(index)
        } else {
          grid[row * time + index] = places.count
          own.append(expanded.count)
          expanded.append(places.count)
          places.append(row * time + index)
        }
      }
    }
    if shared > 0 {
      own += (0..<alignmentPadding).map { expanded.count + $0 }
      expanded += (0..<alignmentPadding).map { places.count + $0 }
      expansion = Expansion(
        sources: try Tensor(expanded, on: device), order: expanded, places: try Tensor(own, on: device))
    } else {
      expansion = nil
    }
    self.places = isPadded ? try Tensor(places, on: batch.ids.device) : nil
    self.grid = isPadded ? try Tensor(grid, on: batch.ids.device) : nil
    places += repeatElement(0, count: alignmentPadding)
    sources = isPadded || alignmentPadding > 0 ? try Tensor(places, on: batch.ids.device) : nil
  }

  /// From the padded grid to packed tokens. `x`: [rows, time, …] → [tokens + alignmentPadding, …].
  func packed(_ x: Tensor) throws -> Tensor {
    let flat = try x.reshaped([rows * time] + x.shape.dropFirst(2))
    return try sources.map { try flat.gathered(0, rows: $0) } ?? flat
  }

  /// From packed tokens to the grid; padding holds copies. `x`: [tokens + alignmentPadding, …] → [rows, time, …].
  func padded(_ x: Tensor) throws -> Tensor {
    let flat = try grid.map { try x.gathered(0, rows: $0) } ?? x.narrowed(0, from: 0, count: tokens)
    return try flat.reshaped([rows, time] + x.shape.dropFirst())
  }

  /// As ``padded(_:)`` with zeros at padding: what the gradient of ``packed(_:)`` is.
  func zeroPadded(_ x: Tensor) throws -> Tensor {
    let shape = Array(x.shape.dropFirst())
    let real = try x.narrowed(0, from: 0, count: tokens)
    guard let places else { return try real.reshaped([rows, time] + shape) }
    return try Tensor.zeros([rows * time] + shape, on: x.device).replacing(0, rows: places, with: real)
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
