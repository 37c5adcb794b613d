import Decoder
import ModelConfiguration
import Streams
import Torch

/// Scores all labels of a task for many prompts, each prompt computed once.
///
/// A sequence is `prompt | label 1 | label 2 | …`. Every label's tokens see the prompt and themselves, and count their
/// positions from the prompt's end: one pass gives what one pass per label would. What all prompts begin with, usually the task's
/// instruction, is computed once.
struct LabelScorer {
  private let model: DecoderModel
  private let labels: [[Int]]

  /// - Parameter labels: The answer tokens of each label, the end token last.
  init(_ model: DecoderModel, labels: [[Int]]) {
    self.model = model
    self.labels = labels
  }

  /// Input tokens that the labels add to a sequence: the end token is only predicted, never read.
  var extraTokens: Int { labels.reduce(0) { $0 + $1.count - 1 } }

  /// Total log-probability of each label after each prompt. [prompt][label]
  func scores(_ prompts: [[Int]], experts: (any ExpertSelection)?) throws -> [[Double]] {
    let shared = experts?.treatsSequencesAlike ?? true ? Self.sharedTokens(of: prompts, extra: extraTokens) : 0
    let layout = packed(prompts, shared: shared)
    let device = model.device
    let batch = TokenBatch(
      ids: layout.ids, lengths: prompts.map { $0.count + extraTokens }, positions: layout.positions,
      mask: .grouped(layout.groups), sharedTokens: shared, on: device, rounding: model.rounding)
    // Each position once: the prompt's end predicts the first token of every label. [positions, hidden]
    let states = try model.packedStates(batch, experts: experts, at: Tensor(layout.indices, on: device))
      .padded(toMultipleOf: model.rounding.rawValue)
    let logits = try model.logits(states)  // [positions, vocabulary]
    let normalizers = try logits.logSumExp(1)  // [positions]
    let picked = try logits.reshaped([-1]).gathered(0, rows: Tensor(layout.picks, on: device))  // [prompts · targets]
    let offsets = try normalizers.gathered(0, rows: Tensor(layout.pickIndices, on: device))
    let values = try (picked - offsets).floats()
    var next = values.makeIterator()
    return prompts.map { _ in
      labels.map { label in label.indices.reduce(0.0) { sum, _ in sum + Double(next.next() ?? -.infinity) } }
    }
  }

  /// How many first tokens all prompts have in common, if it is worth the copies that attention then takes.
  ///
  /// The last token of a prompt is never one of them: what comes after it is its own.
  static func sharedTokens(of prompts: [[Int]], extra: Int) -> Int {
    guard let first = prompts.first, prompts.count > 1 else { return 0 }
    var shared = first.count - 1
    for prompt in prompts.dropFirst() {
      shared = min(shared, prompt.count - 1)
      while shared > 0, prompt[..<shared] != first[..<shared] { shared -= 1 }
    }
    let tokens = prompts.reduce(0) { $0 + $1.count + extra }
    return leastShare * shared * (prompts.count - 1) >= tokens ? shared : 0
  }

  /// One in so many tokens must be spared.
  private static let leastShare = 32

  private struct Layout {
    /// Of each computed token.
    var ids: [Int] = []
    /// The same tokens' positions in their text.
    var positions: [Int] = []
    /// The same tokens' groups: 0 the prompt, k the k-th label.
    var groups: [Int32] = []
    /// Packed tokens whose logits are needed.
    var indices: [Int] = []
    /// Index into the flattened logits of every target token, label by label.
    var picks: [Int] = []
    /// Row of the logits that each pick belongs to.
    var pickIndices: [Int] = []
  }

  /// `shared`: first tokens that are computed with the first sequence alone.
  private func packed(_ prompts: [[Int]], shared: Int) -> Layout {
    var layout = Layout()
    let vocabulary = model.configuration.vocabularySize
    for (sequence, prompt) in prompts.enumerated() {
      // Those of this sequence that were computed with the first one.
      let spared = sequence > 0 ? shared : 0
      layout.ids += prompt.dropFirst(spared)
      layout.positions += prompt.indices.dropFirst(spared)
      layout.groups += repeatElement(0, count: prompt.count - spared)
      let promptEnd = layout.indices.count
      layout.indices.append(layout.ids.count - 1)
      for (number, label) in labels.enumerated() {
        for (index, target) in label.enumerated() {
          let row = index == 0 ? promptEnd : layout.indices.count - 1
          layout.picks.append(row * vocabulary + target)
          layout.pickIndices.append(row)
          guard index < label.count - 1 else { continue }
          layout.indices.append(layout.ids.count)
          layout.ids.append(target)
          layout.positions.append(prompt.count + index)
          layout.groups.append(Int32(number + 1))
        }
      }
    }
    return layout
  }
}
