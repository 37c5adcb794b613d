import Torch

/// The packed tokens whose final states are read.
///
/// Nothing reads the other tokens after the last layer's attention. So the output projection, the norm and the
/// feed-forward block are computed for these tokens alone, forward and backward.
struct Reading {
  /// Their numbers among the packed tokens, then copies of the first, so that their number is a round one (``TokenBatch/alignmentPadding(for:_:)``).
  let order: [Int]
  /// How many are read, without the copies.
  let count: Int
  /// Which experts these rows use, in a pass as training has it.
  let experts: (any ExpertSelection)?
  /// How these rows are computed in a pass without gradients.
  let inference: InferencePass?
  /// The same as `order`. int64 [rows]
  private let rows: Tensor
  /// The first `count` of them. int64 [count]
  private let real: Tensor

  /// - Parameters:
  ///   - indices: Numbers of packed tokens.
  ///   - tokens: Of the pass, with its alignment padding.
  ///   - experts: Of the pass.
  ///   - rounding: Of the batch.
  /// - Returns: `nil` where it would save too little, and where the experts need all tokens.
  init?(_ indices: TokenIndices, of tokens: Int, under experts: (any ExpertSelection)?, rounding: TokenBatch.Rounding)
    throws
  {
    let real = indices.numbers
    guard let first = real.first else { return nil }
    let order = real + repeatElement(first, count: TokenBatch.alignmentPadding(for: real.count, rounding))
    guard 4 * order.count <= 3 * tokens else { return nil }
    let narrowed = try experts?.narrowed(to: order)
    guard experts == nil || narrowed != nil else { return nil }
    (self.order, self.experts, count) = (order, narrowed, real.count)
    let copies = order.count - real.count
    rows =
      copies == 0
      ? indices.tensor
      : try Tensor.concatenated([
        indices.tensor, indices.tensor.narrowed(0, from: 0, count: 1).expanded([copies]),
      ])
    self.real = indices.tensor
    inference = nil
  }

  /// The same of a pass without gradients, which needs no round number of rows. Where prompts are read, the rows go through our own kernel,
  /// whatever their number: a slice for the end of one prompt would be nearly empty.
  ///
  /// - Parameter indices: Numbers of tokens, ascending.
  /// - Parameter sliced: So many of them go in slices.
  /// - Returns: `nil` where it would save too little and all tokens go through the same kernel anyhow.
  init?(_ indices: [Int], of tokens: Int, _ inference: InferencePass, on device: Device, sliced: Int = 0) throws {
    let isSameKernel = sliced > 0 || inference.slices.sliced == 0
    guard !indices.isEmpty, !isSameKernel || 4 * indices.count <= 3 * tokens else { return nil }
    (order, count, experts) = (indices, indices.count, nil)
    rows = try Tensor(indices, on: device)
    real = rows
    self.inference = inference.narrowed(to: indices, sliced: sliced)
  }

  /// Rows of all tokens → rows that are read, with the copies. [tokens, …] → [rows, …]
  func taken(_ x: Tensor) throws -> Tensor { try x.gathered(0, rows: rows) }

  /// The gradient of ``taken(_:)``, where that of the copies is unused. [rows, width] → [tokens, width]
  func spread(_ gradient: Tensor, tokens: Int) throws -> Tensor {
    try Tensor.zeros([tokens] + gradient.shape.dropFirst(), gradient.dtype ?? .float32, on: gradient.device)
      .replacing(0, rows: real, with: gradient.narrowed(0, from: 0, count: count))
  }
}
