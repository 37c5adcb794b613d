import Decoder
import Streams
import Torch

/// Scores all labels of a task for many prompts, each prompt computed once.
///
/// A row is `prompt | label 1 | label 2 | …`. Every label's tokens see the prompt and themselves, and count their
/// positions from the prompt's end: one pass gives what one pass per label would.
struct LabelScorer {
  private let model: DecoderModel
  private let labels: [[Int]]
  private let pad: Int

  /// - Parameter labels: the answer tokens of each label, the end token last.
  init(_ model: DecoderModel, labels: [[Int]], pad: Int) {
    self.model = model
    self.labels = labels
    self.pad = pad
  }

  /// Input tokens that the labels add to a row: the end token is only predicted, never read.
  var extraTokens: Int { labels.reduce(0) { $0 + $1.count - 1 } }

  /// Total log-probability of each label after each prompt. [prompt][label]
  func scores(_ prompts: [[Int]], experts: (any ExpertSelection)?) throws -> [[Double]] {
    let time = (prompts.map(\.count).max() ?? 0) + extraTokens
    let layout = rows(prompts, time: time)
    let device = model.device
    let batch = TokenBatch(
      ids: try Tensor(layout.ids, shape: [prompts.count, time], on: device),
      positions: try Tensor(layout.positions, shape: [prompts.count, time], on: device),
      mask: .grouped(layout.groups), lengths: prompts.map { $0.count + extraTokens })
    // Each place once: the prompt's end predicts the first token of every label. [places, hidden]
    let states = try model.packedStates(batch, experts: experts, at: Tensor(layout.places, on: device))
      .filled(toMultipleOf: 64)
    let logits = try model.logits(states)  // [places, vocabulary]
    let normalizers = try logits.logSumExp(1)  // [places]
    let picked = try logits.reshaped([-1]).gathered(0, rows: Tensor(layout.picks, on: device))  // [prompts · targets]
    let offsets = try normalizers.gathered(0, rows: Tensor(layout.pickPlaces, on: device))
    let values = try (picked - offsets).floats()
    var next = values.makeIterator()
    return prompts.map { _ in
      labels.map { label in label.indices.reduce(0.0) { sum, _ in sum + Double(next.next() ?? -.infinity) } }
    }
  }

  private struct Layout {
    var ids: [Int] = []
    var positions: [Int] = []
    /// Of each packed token: 0 the prompt, k the k-th label.
    var groups: [Int32] = []
    /// Packed tokens whose logits are needed.
    var places: [Int] = []
    /// Index into the flattened logits of every target token, label by label.
    var picks: [Int] = []
    /// Row of the logits that each pick belongs to.
    var pickPlaces: [Int] = []
  }

  private func rows(_ prompts: [[Int]], time: Int) -> Layout {
    var layout = Layout()
    var packed = 0
    let vocabulary = model.configuration.vocabularySize
    for (row, prompt) in prompts.enumerated() {
      let start = layout.ids.count
      // Padding that stands before this row; packed tokens do not count it.
      let padded = row * time - packed
      layout.ids += prompt
      layout.positions += prompt.indices
      layout.groups += repeatElement(0, count: prompt.count)
      let promptEnd = layout.places.count
      layout.places.append(start - padded + prompt.count - 1)
      for (number, label) in labels.enumerated() {
        for (index, target) in label.enumerated() {
          let place = index == 0 ? promptEnd : layout.places.count - 1
          layout.picks.append(place * vocabulary + target)
          layout.pickPlaces.append(place)
          guard index < label.count - 1 else { continue }
          layout.places.append(layout.ids.count - padded)
          layout.ids.append(target)
          layout.positions.append(prompt.count + index)
          layout.groups.append(Int32(number + 1))
        }
      }
      packed += prompt.count + extraTokens
      let padding = (row + 1) * time - layout.ids.count
      layout.ids += repeatElement(pad, count: padding)
      layout.positions += repeatElement(0, count: padding)
    }
    return layout
  }
}
