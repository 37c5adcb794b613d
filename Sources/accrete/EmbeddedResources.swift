import Files
import Foundation

/// What is inside the package: the base model and the demo's texts.
enum EmbeddedResources {
  /// The embedded base model.
  static func base() throws -> URL { try folder("base/seedling") }

  /// The demo's tasks, in the order in which they are learned.
  static func demoTasks() throws -> [URL] {
    let demo = try folder("demo")
    return ["comments", "messages", "headlines"].map { demo.appendingPathComponent("\($0).jsonl") }
  }

  private static func folder(_ path: String) throws -> URL {
    guard let root = Bundle.module.resourceURL else {
      throw FileError.notFound(path: "accrete_accrete.resources")
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
