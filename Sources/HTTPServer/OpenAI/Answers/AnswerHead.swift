import Files
public import Foundation

/// What every answer and every piece of one begin with.
public struct AnswerHead: Sendable {
  public let id: String
  /// Seconds since 1970.
  public let created: Int
  /// The canonical name of what answers, `spam@7`.
  public let model: String
  /// `fp_` and 12 digits: equal ones, with equal requests and seeds, give equal bytes.
  public let fingerprint: String

  public init(id: String, created: Int, model: String, fingerprint: String) {
    self.id = id
    self.created = created
    self.model = model
    self.fingerprint = fingerprint
  }

  /// An answer, all at once.
  func whole(_ object: String, choices: [JSONTree], usage: AnswerUsage, accrete: AccreteAnswer?) -> Data {
    Data(
      JSONTree.answer([
        "id": .text(id), "object": .text(object), "created": .integer(created), "model": .text(model),
        "choices": .list(choices), "usage": usage.tree, "system_fingerprint": .text(fingerprint),
        "accrete": accrete?.tree,
      ]).json)
  }

  /// A piece of one.
  ///
  /// - Parameter usage: `nil`: it has no such key.
  func piece(_ object: String, choices: [JSONTree], usage: JSONTree?, accrete: JSONTree?) -> Data {
    Data(
      JSONTree.answer([
        "id": .text(id), "object": .text(object), "created": .integer(created), "model": .text(model),
        "system_fingerprint": .text(fingerprint), "choices": .list(choices), "usage": usage, "accrete": accrete,
      ]).json)
  }
}
