import Files
public import Foundation
public import Serving

/// An entry of `GET /v1/models`, and the answer of `GET /v1/models/{id}`.
public struct ModelEntry: Sendable {
  public let model: ServedModel
  /// What it is called.
  public let id: String
  /// The base's served name.
  public let base: String
  /// Tokens of prompt and answer together.
  public let maxLength: Int
  /// Whether it is loaded.
  public let isResident: Bool

  /// - Parameters:
  ///   - model: What it is of.
  ///   - id: What it is called; `nil`: as lists call it.
  ///   - base: The base's served name.
  ///   - maxLength: Tokens of prompt and answer together.
  ///   - isResident: Whether it is loaded.
  public init(_ model: ServedModel, id: String? = nil, base: String, maxLength: Int, isResident: Bool) {
    self.model = model
    self.id = id ?? model.listedName
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
      "id": .text(id), "object": .text("model"), "created": .integer(seconds),
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
