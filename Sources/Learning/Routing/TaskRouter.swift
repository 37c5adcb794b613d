public import Torch

/// Tells which task a request belongs to, from what the frozen base makes of it.
public protocol TaskRouter {
  /// What it looks at.
  var view: RequestView { get }

  /// One decision for each request. `features`: [rows, hidden], see ``RequestFeatures``.
  func decisions(_ features: Tensor) throws -> [RouteDecision]
}

/// Where one request goes.
public struct RouteDecision: Sendable, Equatable {
  /// The index of the task that it belongs to; `nil`: to none that is known.
  public let task: Int?
  /// The probability of the most probable known task, 0…1.
  public let confidence: Double
  /// How far it is from everything known, in units of what is usual: about 1 for a request of a learned task.
  public let distance: Double

  public init(task: Int?, confidence: Double, distance: Double) {
    self.task = task
    self.confidence = confidence
    self.distance = distance
  }
}
