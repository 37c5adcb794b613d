import Files
import Foundation
import Generation
import Records
import Runs
import Streams

/// What is inside the package: base models and the demo's texts.
enum EmbeddedResources {
  /// The embedded bases by name; the first is the default. Each has its card beside it.
  static let bases = ["sapling", "seedling"]

  /// The embedded base that is used where none is named.
  static func base() throws -> URL { try folder("base/\(bases[0])") }

  /// The base of an argument: a folder; where `folder` holds no base of that name, an embedded base; or one fetched from Hugging Face's hub
  /// to this machine. (A run in a folder called like its base does not count.)
  ///
  /// - Parameters:
  ///   - argument: As it was written.
  ///   - folder: What a relative path is meant from.
  static func base(_ argument: String, from folder: URL? = nil) throws -> URL {
    let path = (argument as NSString).expandingTildeInPath
    let url = URL(fileURLWithPath: path, relativeTo: folder).standardizedFileURL
    let configuration = url.appendingPathComponent("config.json").path
    guard !FileManager.default.fileExists(atPath: configuration) else { return url }
    if bases.contains(argument) { return try Self.folder("base/\(argument)") }
    guard !FileManager.default.fileExists(atPath: url.path) else { return url }
    // A registry may have come from a machine whose cache lies elsewhere.
    guard let name = HubCache.Name(argument) ?? HubCache.name(of: url) else {
      guard argument.contains("/") else {
        throw StreamError.file(
          .init(
            file: url.path.printable,
            expected:
              "a folder with config.json, an embedded base (\(bases.joined(separator: ", "))), or ORG/NAME of Hugging Face's cache",
            got: "nothing there",
            fix:
              "Check the path. Models of the hub are named ORG/NAME, as Qwen/Qwen3-0.6B."))
      }
      return url
    }
    return try HubCache().snapshot(of: name)
  }

  /// The argument that means a base wherever the program lies, also when another one has become the default: an embedded base's
  /// name, or the path.
  static func argument(for base: String) -> String {
    // Recorded where the program lay elsewhere, it is the same base: its digest is compared.
    bases.first { base.hasSuffix("\(EmbeddedFiles.folder)/base/\($0)") } ?? base
  }

  /// The demo's tasks, in the order in which they are learned.
  static func demoTasks() throws -> [URL] {
    let demo = try folder("demo")
    return ["comments", "messages", "headlines"].map { demo.appendingPathComponent("\($0).jsonl") }
  }

  /// Another file of the demo.
  static func demo(_ name: String) throws -> URL { try folder("demo").appendingPathComponent(name) }

  private static func folder(_ path: String) throws -> URL {
    guard let root = Bundle.module.resourceURL else {
      throw FileError.notFound(path: EmbeddedFiles.folder)
    }
    let url = root.appendingPathComponent(path)
    guard FileManager.default.fileExists(atPath: url.path) else { throw FileError.notFound(path: url.path) }
    return url
  }
}

/// An absolute path of an argument.
func absolute(_ path: String) -> String {
  URL(fileURLWithPath: (path as NSString).expandingTildeInPath).standardizedFileURL.path
}
