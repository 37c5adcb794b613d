import Decoder
import Torch

/// Prompts with the labels behind them, as one pass reads them.
///
/// A sequence is `prompt | label 1 | label 2 | …`. Every label's tokens see the prompt and themselves, and count their positions from the
/// prompt's end: one pass gives what one pass per label would.
struct LabelLayout {
  /// Of each computed token.
  private(set) var ids: [Int] = []
  /// The same tokens' positions in their text.
  private(set) var positions: [Int] = []
  /// The same tokens' groups: 0 the prompt, k the k-th label.
  private(set) var groups: [Int32] = []
  /// Tokens of each sequence.
  private(set) var lengths: [Int] = []
  /// What sequences begin with that is computed as an earlier one's.
  let shared: [TokenBatch.SharedStart?]
  /// Computed tokens whose states are read, ascending.
  private(set) var reads: [Int] = []
  /// Which of the reads is the end of each prompt.
  private(set) var ends: [Int] = []
  /// Which of the reads predict a label's token.
  private(set) var predicting: [Int] = []
  /// Of every target token, label by label: its number in the flattened logits of ``predicting``, and the row there.
  private(set) var picks: [(position: Int, row: Int)] = []

  /// - Parameter rows: Prompts with the answer tokens of their labels, the end token last; no labels: the prompt's end alone is read.
  /// - Parameter shared: What prompts begin with that is computed as an earlier one's. Of each row, or empty.
  /// - Parameter vocabulary: Numbers of a row of logits.
  init(_ rows: [(prompt: [Int], labels: [[Int]])], shared: [TokenBatch.SharedStart?], vocabulary: Int) {
    self.shared = shared
    for (sequence, row) in rows.enumerated() {
      let (prompt, labels) = row
      // Those of this sequence that are computed with another.
      let spared = shared.isEmpty ? 0 : shared[sequence]?.tokens ?? 0
      ids += prompt.dropFirst(spared)
      positions += prompt.indices.dropFirst(spared)
      groups += repeatElement(0, count: prompt.count - spared)
      lengths.append(prompt.count + Self.extraTokens(labels))
      ends.append(reads.count)
      // Each position once: the prompt's end predicts the first token of every label.
      let promptEnd = predicting.count
      if !labels.isEmpty { predicting.append(reads.count) }
      reads.append(ids.count - 1)
      for (number, label) in labels.enumerated() {
        for (index, target) in label.enumerated() {
          let row = index == 0 ? promptEnd : predicting.count - 1
          picks.append((row * vocabulary + target, row))
          guard index < label.count - 1 else { continue }
          predicting.append(reads.count)
          reads.append(ids.count)
          ids.append(target)
          positions.append(prompt.count + index)
          groups.append(Int32(number + 1))
        }
      }
    }
  }

  /// Input tokens that labels add to a sequence: the end token is only predicted, never read.
  static func extraTokens(_ labels: [[Int]]) -> Int { labels.reduce(0) { $0 + max($1.count - 1, 0) } }

  func batch(on model: DecoderModel) -> TokenBatch {
    TokenBatch(
      ids: ids, lengths: lengths, positions: positions, mask: .grouped(groups), shared: shared, on: model.device,
      rounding: model.rounding)
  }

  /// How many first tokens all prompts have in common, if it is worth the copies that attention then takes.
  ///
  /// The last token of a prompt is never one of them: what comes after it is its own.
  static func sharedTokens(of prompts: [[Int]], extra: Int) -> Int {
    guard let first = prompts.first, prompts.count > 1 else { return 0 }
    var shared = first.count - 1
    for prompt in prompts.dropFirst() { shared = commonTokens(first, prompt, most: shared) }
    let tokens = prompts.reduce(0) { $0 + $1.count + extra }
    return isWorthIt(shared * (prompts.count - 1), of: tokens) ? shared : 0
  }

  /// Whether it is worth the copies to spare so many tokens: one in 32.
  static func isWorthIt(_ spared: Int, of tokens: Int) -> Bool { spared > 0 && 32 * spared >= tokens }

  /// How many first tokens two prompts have in common, without the last one of either.
  static func commonTokens(_ one: [Int], _ other: [Int], most: Int = .max) -> Int {
    let limit = max(min(most, one.count - 1, other.count - 1), 0)
    return (0..<limit).first { one[$0] != other[$0] } ?? limit
  }
}
