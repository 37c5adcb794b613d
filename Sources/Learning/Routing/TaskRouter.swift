public import Torch

/// Tells which task a text belongs to, from what the frozen base makes of it.
///
/// It sees the text alone: instruction and cue would give the task away.
public protocol TaskRouter {
  /// How many layers of the base its features come from; 0: the embedding.
  var layers: Int { get }

  /// One decision for each text. `features`: [rows, hidden], see ``TextFeatures``.
  func decisions(_ features: Tensor) throws -> [RouteDecision]
}

/// Where one text goes.
public struct RouteDecision: Sendable, Equatable {
  /// The arrival of the task that it belongs to; nil: to none that is known.
  public let arrival: Int?
  /// The probability of the most probable known task, 0…1.
  public let confidence: Double
  /// How far the text is from everything known, in units of what is usual: about 1 for a text of a learned task.
  public let distance: Double

  public init(arrival: Int?, confidence: Double, distance: Double) {
    self.arrival = arrival
    self.confidence = confidence
    self.distance = distance
  }
}
