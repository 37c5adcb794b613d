public import Foundation

/// An item that belongs to no known task.
public struct UnknownItem: Sendable, Equatable {
  /// The item's id.
  public let id: String
  /// Who submitted it; `nil`: it was not said, and all such items are from one source.
  public let source: String?
  /// When it came.
  public let arrived: Date
  /// Its features, as the router has them.
  public let features: [Float]

  /// An item.
  ///
  /// - Parameters:
  ///   - id: The item's id.
  ///   - source: Who submitted it, where that is known.
  ///   - arrived: When it came.
  ///   - features: Its features.
  public init(id: String, source: String?, arrived: Date, features: [Float]) {
    self.id = id
    self.source = source
    self.arrived = arrived
    self.features = features
  }
}
