public import Torch

/// What a router sees of some texts.
public struct TextFeatures: Sendable {
  /// The mean of the base's states over each text's tokens. [rows, width]
  public let means: Tensor
  /// How many tokens each has; `nil`: nobody knows, and all count as usual.
  public let tokens: [Int]?

  /// - Throws: ``LearningError/stateDiffers(what:missing:unused:)`` for other numbers of texts.
  public init(_ means: Tensor, tokens: [Int]? = nil) throws {
    guard means.shape.count == 2, tokens == nil || tokens?.count == means.shape[0] else {
      throw LearningError.stateDiffers(
        what: "what the router sees of texts", missing: ["tokens of \(means.shape) texts"],
        unused: ["tokens of \(tokens?.count ?? 0)"])
    }
    self.means = means
    self.tokens = tokens
  }

  /// How many texts.
  public var count: Int { means.shape[0] }

  /// What is usual for each text by a law.
  func usual(_ law: LengthLaw) -> [Double] {
    tokens.map { $0.map { law(tokens: $0) } } ?? Array(repeating: 1, count: count)
  }
}
