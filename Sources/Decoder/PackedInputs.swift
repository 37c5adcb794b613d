public import Torch

/// What a pass without a cache needs of its tokens, on its device: sent together with what else a batch has, by one copy.
public struct PackedInputs: Sendable {
  /// int64 [tokens + alignmentPadding]
  let ids: Tensor
  /// int64 [tokens + alignmentPadding]
  let positions: Tensor
  /// Where each sequence begins among the packed tokens, and where the alignment padding and all end. int64 [sequences + 1, or + 2]
  let starts: Tensor

  /// Its numbers, before they are sent.
  public struct Parts {
    fileprivate let ids: IntegerUpload.Part
    fileprivate let positions: IntegerUpload.Part
    fileprivate let starts: IntegerUpload.Part
  }

  /// Adds those of causal sequences to an upload.
  public static func add(
    _ sequences: [[Int]], to upload: inout IntegerUpload, rounding: TokenBatch.Rounding = .coarse
  ) -> Parts {
    let tokens = sequences.reduce(0) { $0 + $1.count }
    let padding = TokenBatch.alignmentPadding(for: tokens, rounding)
    let ids = sequences.flatMap(\.self)
    let ends = (sequences.map(\.count) + (padding > 0 ? [padding] : [])).reduce(into: [0]) {
      $0.append($0[$0.count - 1] + $1)
    }
    return Parts(
      ids: upload.add(ids + repeatElement(ids.first ?? 0, count: padding)),
      positions: upload.add(sequences.flatMap { Array(0..<$0.count) } + repeatElement(0, count: padding)),
      starts: upload.add(ends))
  }

  /// The sequence of each packed token; that of the alignment padding is behind the others. int64 [tokens]
  public func sequences(tokens: Int) throws -> Tensor {
    // How many sequences end at or before it.
    let ends = try starts.narrowed(0, from: 1, count: starts.count - 1).unsqueezed(1)  // [sequences or + 1, 1]
    return try ends.isLessOrEqual(to: Tensor.counted(tokens, on: starts.device)).converted(to: .int64).sum(0)
  }

  /// Tokens of the first `count` sequences. int64 [count]
  public func lengths(count: Int) throws -> Tensor {
    try starts.narrowed(0, from: 1, count: count) - starts.narrowed(0, from: 0, count: count)
  }

  public init(_ parts: Parts, of sent: IntegerUpload.Sent) throws {
    (ids, positions, starts) = (try sent(parts.ids), try sent(parts.positions), try sent(parts.starts))
  }
}
