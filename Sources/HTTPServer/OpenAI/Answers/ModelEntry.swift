import Files
public import Foundation
public import Serving

/// An entry of `GET /v1/models`, and the answer of `GET /v1/models/{id}`.
public struct ModelEntry: Sendable {
  public let model: ServedModel
  /// The base's served name.
  public let base: String
  /// Tokens that it reads.
  public let maxLength: Int
  /// Whether it is loaded.
  public let isResident: Bool

  public init(_ model: ServedModel, base: String, maxLength: Int, isResident: Bool) {
    self.model = model
    self.base = base
    self.maxLength = maxLength
    self.isResident = isResident
  }

  /// The body of one.
  public var json: Data { Data(tree.json) }

  /// The body of a list.
  public static func json(_ entries: [ModelEntry]) -> Data {
    Data(JSONTree.object(["object": .text("list"), "data": .list(entries.map(\.tree))]).json)
  }

  private var tree: JSONTree {
    let seconds = Int(exactly: model.created.timeIntervalSince1970.rounded(.down)) ?? 0
    let parent: JSONTree = if case .base = model.kind { .null } else { .text(base) }
    return .object([
      "id": .text(model.listedName), "object": .text("model"), "created": .integer(seconds),
      "owned_by": .text("accrete"),
      "root": .text(model.id), "parent": parent, "max_model_len": .integer(maxLength),
      "accrete": .answer([
        "version": model.version.map { .integer($0) }, "digest": model.digest.map { .text("\($0)") },
        "aliases": .texts(model.aliases), "resident": .boolean(isResident), "task": model.task.map { .text($0) },
        "labels": .texts(model.labels), "template": model.template.map { .text("\($0)") },
      ]),
    ])
  }
}
