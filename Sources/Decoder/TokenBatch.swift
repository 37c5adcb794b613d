public import Torch

/// Sequences of token ids, padded on the right to one length.
public struct TokenBatch: Sendable {
  /// [batch, time], int64
  public let ids: Tensor
  /// Place of each token in its text, for RoPE; nil: 0, 1, 2, … in every row. [batch, time], int64
  public let positions: Tensor?
  /// What each token may look at. Padding is behind every real token, so `causal` needs no padding mask.
  public let mask: AttentionMask
  /// Number of real tokens of each row.
  public let lengths: [Int]
  /// So many first tokens are the same in all rows, and see the same: they are computed once, as the first row's. 0: none.
  public let sharedTokens: Int
  /// Length of the longest row.
  public let time: Int

  public var rows: Int { lengths.count }
  /// Real tokens of all rows.
  public var tokens: Int { lengths.reduce(0, +) }
  /// Real tokens that a pass computes: shared ones count once.
  public var computedTokens: Int { tokens - sharedTokens * max(rows - 1, 0) }

  /// Tokens that are added to `tokens` real ones so that their number is a round one; they are unused.
  ///
  /// oneDNN compiles a product for each number of rows and keeps what it compiled: with every batch another number, a run spent
  /// up to a millisecond a product on that, and two megabytes for each. What is kept also lies between the tensors of a step, which
  /// then can't be given back as one piece: memory grew for hundreds of steps. Up to 32 rows need nothing that is compiled.
  public static func alignmentPadding(for tokens: Int) -> Int {
    guard tokens > 32 else { return 0 }
    let block = tokens <= 64 ? 16 : 64
    return (block - tokens % block) % block
  }

  /// Packed tokens that a pass computes: the real ones, then the alignment padding.
  public var packedCount: Int { computedTokens + Self.alignmentPadding(for: computedTokens) }

  /// Causal rows of different lengths.
  /// - Throws: ``DecoderError/emptyInput``.
  public init(_ sequences: [[Int]], pad: Int, on device: Device = .cpu) throws {
    let time = sequences.map(\.count).max() ?? 0
    guard time > 0 else { throw DecoderError.emptyInput }
    var flat: [Int] = []
    flat.reserveCapacity(sequences.count * time)
    for sequence in sequences {
      flat += sequence
      flat += repeatElement(pad, count: time - sequence.count)
    }
    ids = try Tensor(flat, shape: [sequences.count, time], on: device)
    positions = nil
    mask = .causal
    lengths = sequences.map(\.count)
    sharedTokens = 0
    self.time = time
  }

  /// Rows with positions and a mask of their own, as label scoring needs them.
  ///
  /// - Parameters:
  ///   - ids: [batch, time]
  ///   - positions: [batch, time]
  ///   - mask: what each token may look at; groups are those of the tokens that are computed.
  ///   - lengths: of each row.
  ///   - sharedTokens: so many first tokens are the same in all rows. For passes without a cache that are not traced, and experts
  ///     that treat all rows alike.
  public init(ids: Tensor, positions: Tensor, mask: AttentionMask, lengths: [Int], sharedTokens: Int = 0) {
    self.ids = ids
    self.positions = positions
    self.mask = mask
    self.lengths = lengths
    self.sharedTokens = max(0, min(sharedTokens, lengths.min() ?? 0))
    time = ids.shape.last ?? 0
  }

  /// 1 where a token is real, 0 at padding. [batch, time, 1], float32
  public func realTokens() throws -> Tensor {
    var flat = [Float](repeating: 0, count: rows * time)
    for (row, length) in lengths.enumerated() {
      for index in 0..<min(length, time) { flat[row * time + index] = 1 }
    }
    return try Tensor(flat, shape: [rows, time, 1], on: ids.device)
  }
}
