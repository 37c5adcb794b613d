import Decoder
import Foundation
import Streams
import Testing
import Torch

@testable import Learning

/// Is the loss of several labels the binary cross-entropy, and are its gradients the ones of differences?
@Suite struct LabelSetLossTests {
  private let states: [Double] = [0.5, -1, 2, 0.25, 3, -0.75]
  private let weights: [Double] = [1, -0.5, 0.75, 2, -1.5, 0.5]
  private let sets = [[0, 2], [], [1]]

  /// Σ over rows of the mean over labels, in plain numbers. Three rows of two, three labels.
  private func loss(_ states: [Double], _ weights: [Double]) -> Double {
    var sum = 0.0
    for (row, set) in sets.enumerated() {
      for label in 0..<3 {
        let z = states[2 * row] * weights[2 * label] + states[2 * row + 1] * weights[2 * label + 1]
        let p = 1 / (1 + exp(-z))
        sum -= set.contains(label) ? log(p) : log(1 - p)
      }
    }
    return sum / 3
  }

  private func slopes(_ at: [Double], _ value: ([Double]) -> Double) -> [Double] {
    at.indices.map { index in
      var (up, down) = (at, at)
      up[index] += 1e-5
      down[index] -= 1e-5
      return (value(up) - value(down)) / 2e-5
    }
  }

  @Test func gradients() throws {
    let model = try Goldens.model()
    let hidden = try Tensor(states.map(Float.init), shape: [3, 2])
    let head = try Tensor(weights.map(Float.init), shape: [3, 2])
    try head.requireGradient()
    let found = try model.labelSetLoss(hidden, sets: sets, head: head, scale: 0.5)
    #expect(abs(try found.sum.value() - loss(states, weights)) < 1e-5)
    for (one, other) in zip(try found.gradient.floats(), slopes(states) { loss($0, weights) }) {
      #expect(abs(Double(one) - other) < 1e-4)
    }
    // The head's is scaled as the step is.
    let own = try #require(head.gradient).floats()
    for (one, other) in zip(own, slopes(weights) { loss(states, $0) }) {
      #expect(abs(Double(one) - other / 2) < 1e-4)
    }
    // Logits far from 0 are no infinite loss.
    let far = try Tensor([Float](repeating: 1e4, count: 6), shape: [3, 2])
    let extreme = try model.labelSetLoss(far, sets: sets, head: head, scale: 1)
    let sum = try extreme.sum.value()
    #expect(sum.isFinite && sum > 1e3)
  }

  /// A batch of such rows brings its sets; any other batch does not.
  @Test func batches() throws {
    func row(_ labels: [Int]?, _ label: Int?) -> EncodedExample {
      EncodedExample(
        index: 0, promptIds: [5, 6], answerIds: [1], labelIndex: label, labelIndices: labels, droppedTokens: 0)
    }
    #expect(try TrainingBatch([row([0, 2], nil), row([], nil)]).labelSets == [[0, 2], []])
    #expect(try TrainingBatch([row(nil, 1), row(nil, 0)]).labelSets == nil)
  }
}
