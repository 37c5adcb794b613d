import Torch

/// Where packed tokens are on a grid of sequences that are padded on the right to one length.
///
/// Only what libtorch computes sequence by sequence needs it: attention on other devices, or with a mask of its own.
struct PaddedGrid {
  let sequenceCount: Int
  let time: Int
  private let tokens: Int
  private let device: Device
  /// Position of each real token on the flattened grid; `nil` when there is no padding. int64 [tokens]
  private let positions: Tensor?
  /// The same with the alignment padding; `nil` when there is neither. int64 [tokens + alignmentPadding]
  private let sources: Tensor?
  /// The packed token at each position of the grid; at padding any token, which is unused. int64 [sequences · time]
  private let grid: Tensor?

  init(_ batch: TokenBatch, _ alignmentPadding: Int) throws {
    (sequenceCount, time, tokens, device) = (batch.sequenceCount, batch.time, batch.computedTokens, batch.device)
    let time = time
    let isPadded = batch.shared.contains { $0 != nil } || batch.lengths.contains { $0 != batch.time }
    var positions: [Int] = []
    var grid = [Int](repeating: 0, count: sequenceCount * time)
    batch.eachToken { sequence, index, computed, isOwn in
      grid[sequence * time + index] = computed
      if isOwn { positions.append(sequence * time + index) }
    }
    self.positions = isPadded ? try Tensor(positions, on: device) : nil
    self.grid = isPadded ? try Tensor(grid, on: device) : nil
    positions += repeatElement(positions.first ?? 0, count: alignmentPadding)
    sources = isPadded || alignmentPadding > 0 ? try Tensor(positions, on: device) : nil
  }

  /// From the padded grid to packed tokens. `x`: [sequences, time, …] → [tokens + alignmentPadding, …].
  func packed(_ x: Tensor) throws -> Tensor {
    let flat = try x.reshaped([sequenceCount * time] + x.shape.dropFirst(2))
    return try sources.map { try flat.gathered(0, rows: $0) } ?? flat
  }

  /// From packed tokens to the grid; padding holds copies. `x`: [tokens + alignmentPadding, …] → [sequences, time, …].
  func padded(_ x: Tensor) throws -> Tensor {
    let flat = try grid.map { try x.gathered(0, rows: $0) } ?? x.narrowed(0, from: 0, count: tokens)
    return try flat.reshaped([sequenceCount, time] + x.shape.dropFirst())
  }

  /// As ``padded(_:)`` with zeros at padding: what the gradient of ``packed(_:)`` is.
  func zeroPadded(_ x: Tensor) throws -> Tensor {
    let shape = Array(x.shape.dropFirst())
    let real = try x.narrowed(0, from: 0, count: tokens)
    guard let positions else { return try real.reshaped([sequenceCount, time] + shape) }
    return try Tensor.zeros([sequenceCount * time] + shape, on: x.device).replacing(0, rows: positions, with: real)
      .reshaped([sequenceCount, time] + shape)
  }

  /// Groups of packed tokens as a mask on the grid: query i sees key j where j ≤ i and j is of group 0 or of i's group.
  /// [sequences, 1, time, time]
  func allowed(_ groups: [Int32]) throws -> AttentionMask {
    let group = try padded(Tensor(groups.map(Int.init), on: device))  // [sequences, time]
    let (queries, keys) = (
      try group.reshaped([sequenceCount, 1, time, 1]), try group.reshaped([sequenceCount, 1, 1, time])
    )
    let order = try Tensor(Array(0..<time), on: device)
    let causal = try order.reshaped([1, time]).isLessOrEqual(to: order.reshaped([time, 1]))  // [time, time]
    let visible = try keys.equals(Tensor([0], on: device)).or(keys.equals(queries))
    return .allowed(try visible.and(causal))
  }
}
