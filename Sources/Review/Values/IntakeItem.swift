public import Foundation

/// A text that somebody wants decided.
public struct IntakeItem: Sendable, Codable, Equatable {
  /// By what its sender finds it again; one id stands for one text.
  public let id: String
  /// The task; `nil`: it has to be found ("auto").
  public let task: String?
  /// What is decided about.
  public let text: String
  /// Where it comes from, such as a customer: all items of a source can be erased at once.
  public let source: String?
  /// When it was written, where its sender says so.
  public let created: Date?
  /// What else its sender wants to see beside it.
  public let meta: [String: String]

  /// Makes an item.
  ///
  /// - Parameters:
  ///   - id: By what its sender finds it again.
  ///   - task: The task; `nil`: it has to be found.
  ///   - text: What is decided about.
  ///   - source: Where it comes from.
  ///   - created: When it was written.
  ///   - meta: What else its sender wants to see beside it.
  public init(
    id: String, task: String? = nil, text: String, source: String? = nil, created: Date? = nil,
    meta: [String: String] = [:]
  ) {
    self.id = id
    self.task = task
    self.text = text
    self.source = source
    self.created = created
    self.meta = meta
  }
}
