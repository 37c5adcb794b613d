import Files
import Generation
import Learning
import Serving
import Torch

/// What a router sees of texts, each text looked at once: policies and seeds play the same rows.
final class CachedFeatures {
  /// Numbers of a text: enough for a closed-form head, and as few as many simulations can pay for.
  private static let width = 64

  private let base: Base
  private var known: [ExactText: [Float]] = [:]

  init(_ base: Base) { self.base = base }

  /// Features of texts, a row of numbers for each.
  func features(_ texts: [String]) throws -> [[Float]] {
    let new = Set(texts.map(ExactText.init).filter { known[$0] == nil }).sorted()
    if !new.isEmpty {
      let view = RequestView(layers: 0, seesInstruction: false, width: Self.width)
      let means = try RequestRouter.features(new.map(\.text), view: view, on: base).means
      let numbers = try means.converted(to: .float32).floats()
      for (row, text) in new.enumerated() {
        known[text] = Array(numbers[row * means.shape[1]..<(row + 1) * means.shape[1]])
      }
    }
    return texts.map { known[ExactText($0)] ?? [] }
  }
}
