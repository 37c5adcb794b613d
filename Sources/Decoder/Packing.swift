import Torch

/// The tokens of one pass as its layers see them.
///
/// All are packed: one after the other, without padding. Attention is block-diagonal: each sequence looks at itself only.
///
/// Tokens that sequences share (``TokenBatch/SharedStart``) stand there once, with the first of them. Attention sees them in each.
///
/// Behind the real tokens may stand alignment padding (``TokenBatch/alignmentPadding(for:_:)``): copies of the first token.
struct Packing {
  /// How many sequences there are.
  let sequenceCount: Int
  /// Length of the longest.
  let time: Int
  /// Real tokens that are computed, without the alignment padding.
  let tokens: Int
  let alignmentPadding: Int
  /// int64 [tokens + alignmentPadding]
  let ids: Tensor
  /// What attention sees where tokens are shared.
  let expansion: Expansion?
  private let batch: TokenBatch
  /// What the device has already.
  private let sent: PackedInputs?

  /// Shared tokens as each sequence has them: for attention, which looks at sequences.
  struct Expansion {
    /// The computed token of each token of each sequence, then the alignment padding. int64 [tokens of all sequences + alignmentPadding]
    let sources: Tensor
    /// The same.
    let order: [Int]
    /// Where each computed token stands among them. int64 [tokens + alignmentPadding]
    let indices: Tensor

    /// [tokens + alignmentPadding, …] → [tokens of all sequences + alignmentPadding, …]
    func expanded(_ x: Tensor) throws -> Tensor { try x.gathered(0, rows: sources) }
    /// [tokens of all sequences + alignmentPadding, …] → [tokens + alignmentPadding, …]
    func collapsed(_ x: Tensor) throws -> Tensor { try x.gathered(0, rows: indices) }
  }

  /// - Parameters:
  ///   - batch: The tokens.
  ///   - isAligned: Whether there is alignment padding: where oneDNN takes all tokens of the pass at once.
  init(_ batch: TokenBatch, isAligned: Bool = true) throws {
    self.batch = batch
    (sequenceCount, time, tokens) = (batch.sequenceCount, batch.time, batch.computedTokens)
    let stated = batch.positions?.count ?? tokens
    guard batch.ids.count == tokens, stated == tokens else {
      throw TorchError.shapeMismatch(
        what: "token ids and positions of a batch", expected: [tokens],
        got: [batch.ids.count, stated])
    }
    let padding = isAligned ? TokenBatch.alignmentPadding(for: tokens, batch.rounding) : 0
    alignmentPadding = padding
    sent = isAligned ? batch.inputs : nil
    ids = try sent?.ids ?? Tensor(batch.ids + repeatElement(batch.ids.first ?? 0, count: padding), on: batch.device)
    expansion = try Self.expansion(batch, padding)
  }

  private static func expansion(_ batch: TokenBatch, _ alignmentPadding: Int) throws -> Expansion? {
    guard batch.shared.contains(where: { $0 != nil }) else { return nil }
    var (expanded, own): ([Int], [Int]) = ([], [])
    batch.eachToken { _, _, computed, isOwn in
      if isOwn { own.append(expanded.count) }
      expanded.append(computed)
    }
    let computed = own.count
    own += (0..<alignmentPadding).map { expanded.count + $0 }
    expanded += (0..<alignmentPadding).map { computed + $0 }
    return Expansion(
      sources: try Tensor(expanded, on: batch.device), order: expanded, indices: try Tensor(own, on: batch.device))
  }

  /// The positions of the computed tokens, then any of the alignment padding. `starts`: cached tokens of each sequence.
  /// int64 [tokens + alignmentPadding]
  func positions(after starts: [Int]) throws -> Tensor {
    if let sent, starts.allSatisfy({ $0 == 0 }) { return sent.positions }
    let own = batch.positions ?? zip(starts, batch.lengths).flatMap { $0..<$0 + $1 }
    let unused = batch.positions?.first ?? 0
    return try Tensor(own + repeatElement(unused, count: alignmentPadding), on: batch.device)
  }

  /// Where sequences begin, then where the alignment padding and all tokens end, on the device. int32 [sequences + 1, or + 2]
  func starts() throws -> Tensor {
    if let sent { return try sent.starts.converted(to: .int32) }
    let lengths = batch.lengths + (alignmentPadding > 0 ? [alignmentPadding] : [])
    return try Tensor(
      int32: lengths.reduce(into: [Int32(0)]) { $0.append($0[$0.count - 1] + Int32($1)) }, on: batch.device)
  }

  /// The same tokens on a padded grid: for attention by libtorch.
  func grid() throws -> PaddedGrid { try PaddedGrid(batch, alignmentPadding) }
}
