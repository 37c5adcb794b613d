import Foundation

@testable import Tokenization

/// The seedling tokenizer of this repository, as it is and with parts replaced.
enum SeedlingFile {
  static let url = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Sources/accrete/Resources/base/seedling/tokenizer.json")

  static func tokenizer() throws -> BPETokenizer { try BPETokenizer(contentsOf: url) }

  /// The bytes of the file after `change` to its top-level object.
  static func data(_ change: (inout [String: Any]) throws -> Void) throws -> Data {
    let object = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
    guard var contents = object as? [String: Any] else { throw CocoaError(.fileReadCorruptFile) }
    try change(&contents)
    return try JSONSerialization.data(withJSONObject: contents)
  }

  /// The bytes of the file after `change` to its model.
  static func modelData(_ change: (inout [String: Any]) -> Void) throws -> Data {
    try data { contents in
      var model = contents["model"] as? [String: Any] ?? [:]
      change(&model)
      contents["model"] = model
    }
  }

  /// The tokenizer after `change`; errors call its file "t.json".
  static func changed(_ change: (inout [String: Any]) throws -> Void) throws -> BPETokenizer {
    try BPETokenizer(data: data(change), file: "t.json")
  }

  static func changedModel(_ change: (inout [String: Any]) -> Void) throws -> BPETokenizer {
    try BPETokenizer(data: modelData(change), file: "t.json")
  }
}
