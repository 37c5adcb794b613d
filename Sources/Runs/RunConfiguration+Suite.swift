import Foundation
public import Streams

extension RunConfiguration.Source {
  /// The suites that are known by name.
  public static let suites = ["mtl5", "files"]

  /// The suite that this source names.
  /// - Throws: ``RunError/invalidConfiguration(key:got:allowed:)`` for an unknown name or a missing folder;
  ///   `StreamError`.
  public func taskSuite() throws -> any TaskSuite {
    switch suite {
    case "mtl5":
      guard let data else {
        throw RunError.invalidConfiguration(
          key: "data", got: "missing", allowed: "the folder with agnews, amazon, dbpedia and yahoo")
      }
      return MTL5Suite(directory: URL(fileURLWithPath: data))
    case "files":
      guard !files.isEmpty else {
        throw RunError.invalidConfiguration(key: "tasks", got: "none", allowed: "at least one JSONL file, or a suite")
      }
      return try JSONLSuite(files: files.map { URL(fileURLWithPath: $0) })
    default:
      throw RunError.invalidConfiguration(
        key: "suite", got: suite, allowed: Self.suites.joined(separator: ", "))
    }
  }
}
