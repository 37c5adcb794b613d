public import Torch

/// Sequences of token ids, one after the other without padding.
public struct TokenBatch: Sendable {
  /// Of the tokens that are computed: those of the first sequence, of the second, … Tokens that all share stand there once.
  public let ids: [Int]
  /// Position of each of these tokens in its text, for RoPE; `nil`: 0, 1, 2, … in every sequence.
  public let positions: [Int]?
  /// What each token may look at: groups are those of the tokens that are computed.
  public let mask: AttentionMask
  /// Tokens of each sequence.
  public let lengths: [Int]
  /// What each sequence begins with that is computed as an earlier one's; `nil`: nothing. Empty: all tokens are computed.
  let shared: [SharedStart?]
  /// Where the batch is computed.
  public let device: Device
  /// How far the number of its tokens is rounded up.
  public let rounding: Rounding
  /// Its tokens on that device, where they have been sent already.
  public internal(set) var inputs: PackedInputs?
  /// Length of the longest sequence.
  public var time: Int { lengths.max() ?? 0 }

  /// How many sequences there are.
  public var sequenceCount: Int { lengths.count }
  /// Real tokens of all sequences.
  public var tokens: Int { lengths.reduce(0, +) }
  /// Real tokens that a pass computes: shared ones count once.
  public var computedTokens: Int { tokens - shared.reduce(0) { $0 + ($1?.tokens ?? 0) } }

  /// First tokens of a sequence that are those of an earlier one, and see the same.
  public struct SharedStart: Sendable, Equatable {
    /// The number of the earlier sequence, which computes all of its own tokens.
    public let sequence: Int
    public let tokens: Int

    public init(sequence: Int, tokens: Int) { (self.sequence, self.tokens) = (sequence, tokens) }
  }

  /// Tokens of a sequence that are computed as an earlier one's.
  func sharedTokens(of sequence: Int) -> Int { shared.isEmpty ? 0 : shared[sequence]?.tokens ?? 0 }

  /// The number among the computed tokens of each token of each sequence, with whether it is the sequence's own.
  func eachToken(_ body: (_ sequence: Int, _ index: Int, _ computed: Int, _ isOwn: Bool) -> Void) {
    var (next, first) = (0, [Int](repeating: 0, count: lengths.count))
    for (sequence, length) in lengths.enumerated() {
      let start = shared.isEmpty ? nil : shared[sequence]
      first[sequence] = next
      for index in 0..<length {
        if let start, index < start.tokens {
          body(sequence, index, first[start.sequence] + index, false)
        } else {
          body(sequence, index, next, true)
          next += 1
        }
      }
    }
  }

  /// Tokens that are added to `tokens` real ones so that their number is a round one; they are unused.
  ///
  /// oneDNN compiles a product for each number of rows and keeps it. With a new number in every batch, a run spent up to a millisecond and
  /// two megabytes on each product. What is kept also lies between the tensors of a step, which then can't be given back as one piece:
  /// memory grew for hundreds of steps. Up to 32 rows need nothing that is compiled.
  public static func alignmentPadding(for tokens: Int, _ rounding: Rounding = .coarse) -> Int {
    guard tokens > 32 else { return 0 }
    let block = tokens <= 64 ? 16 : rounding.rawValue
    return (block - tokens % block) % block
  }

  /// Batches of more than 64 tokens are rounded up to a multiple of this.
  public enum Rounding: Int, Sendable {
    case coarse = 64
    /// Where tokens cost more than what oneDNN keeps: with products in bfloat16, which processors use for large models.
    case fine = 32
  }

  /// Packed tokens that a pass computes: the real ones, then the alignment padding.
  public var packedCount: Int { computedTokens + Self.alignmentPadding(for: computedTokens, rounding) }

  /// Causal sequences of different lengths.
  /// - Throws: ``DecoderError/emptyInput``.
  public init(_ sequences: [[Int]], on device: Device = .cpu, rounding: Rounding = .coarse) throws {
    guard sequences.contains(where: { !$0.isEmpty }) else { throw DecoderError.emptyInput }
    self.init(ids: sequences.flatMap(\.self), lengths: sequences.map(\.count), on: device, rounding: rounding)
  }

  /// Causal sequences of different lengths that have been sent to their device.
  /// - Throws: ``DecoderError/emptyInput``.
  public init(_ sequences: [[Int]], sent inputs: PackedInputs, on device: Device, rounding: Rounding = .coarse) throws {
    try self.init(sequences, on: device, rounding: rounding)
    self.inputs = inputs
  }

  /// Sequences with positions and a mask of their own, as label scoring needs them.
  ///
  /// - Parameters:
  ///   - ids: Of all computed tokens, sequence after sequence.
  ///   - lengths: Of each sequence.
  ///   - positions: Of the same tokens; `nil`: 0, 1, 2, … in every sequence.
  ///   - mask: What each token may look at; groups are those of the tokens that are computed.
  ///   - shared: What sequences begin with that is computed as an earlier one's: `ids`, `positions` and groups have it once, there. Of each
  ///     sequence, or empty. For passes without a cache that are not traced, and experts that treat such sequences alike.
  ///   - device: Where the batch is computed.
  ///   - rounding: How far the number of tokens is rounded up (``DecoderModel/rounding``).
  public init(
    ids: [Int], lengths: [Int], positions: [Int]? = nil, mask: AttentionMask = .causal, shared: [SharedStart?] = [],
    on device: Device = .cpu, rounding: Rounding = .coarse
  ) {
    self.rounding = rounding
    (self.ids, self.positions, self.mask, self.lengths, self.device) = (ids, positions, mask, lengths, device)
    // What would not fit is computed: only a sequence that computes all of its own tokens can be begun with.
    self.shared =
      shared.count == lengths.count
      ? shared.enumerated().map { number, start in
        guard let start, start.tokens > 0, start.tokens <= lengths[number], (0..<number).contains(start.sequence),
          shared[start.sequence] == nil, start.tokens <= lengths[start.sequence]
        else { return nil }
        return start
      } : []
  }
}
