import Decoder
import Files
public import Foundation
import ModelConfiguration

/// The models that Hugging Face's programs have fetched to this machine: `models--ORG--NAME/snapshots/COMMIT`.
public struct HubCache: Sendable {
  /// A model by its name on the hub, `ORG/NAME` or `ORG/NAME@REVISION`.
  public struct Name: Sendable, Equatable, CustomStringConvertible {
    public let repository: String
    /// A branch, a tag or a commit; `nil`: `main`.
    public let revision: String?

    /// - Parameter text: As it was written; `nil` where it is not such a name.
    public init?(_ text: String) {
      let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let sides = parts[0].split(separator: "/", omittingEmptySubsequences: false)
      guard sides.count == 2, sides.allSatisfy({ Self.isPlain($0) && !$0.contains("--") }) else { return nil }
      // The path of a file that is not there.
      guard ![".gguf", ".safetensors", ".bin", ".json", ".pt"].contains(where: sides[1].lowercased().hasSuffix) else {
        return nil
      }
      guard
        parts.count == 1 || parts[1].split(separator: "/", omittingEmptySubsequences: false).allSatisfy(Self.isPlain)
      else { return nil }
      repository = parts[0]
      revision = parts.count == 2 ? parts[1] : nil
    }

    private static func isPlain(_ text: Substring) -> Bool {
      !text.isEmpty && !text.hasPrefix(".") && text.utf8.count <= 100
        && text.utf8.allSatisfy {
          (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "-_.".utf8.contains($0)
        }
    }

    public var description: String { revision.map { "\(repository)@\($0)" } ?? repository }
  }

  public let folder: URL

  /// The cache where Hugging Face's programs look for it: `HF_HUB_CACHE`, `HF_HOME/hub`, `~/.cache/huggingface/hub`.
  public init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    func path(_ name: String) -> String? {
      environment[name].flatMap { $0.isEmpty ? nil : ($0 as NSString).expandingTildeInPath }
    }
    let cache = UserCache.folder(of: environment)?.path ?? (NSHomeDirectory() + "/.cache")
    let hub =
      path("HF_HUB_CACHE") ?? path("HUGGINGFACE_HUB_CACHE") ?? path("HF_HOME").map { $0 + "/hub" } ?? cache
      + "/huggingface/hub"
    folder = URL(fileURLWithPath: hub)
  }

  /// The folder of a model.
  ///
  /// - Throws: `ConfigurationError.notAModel(path:got:fix:)` which says the command that fetches it.
  public func snapshot(of name: Name) throws -> URL {
    let home = folder.appendingPathComponent("models--" + name.repository.replacing("/", with: "--"))
    let revision = name.revision ?? "main"
    let reference = home.appendingPathComponent("refs/\(revision)")
    var commit = (try? String(contentsOf: reference, encoding: .utf8)).map {
      $0.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    let snapshots =
      (try? FileManager.default.contentsOfDirectory(atPath: home.appendingPathComponent("snapshots").path)) ?? []
    if commit == nil, name.revision != nil { commit = snapshots.first { $0 == revision } }
    // A model fetched by its commit has no branch: its only snapshot is meant.
    if commit == nil, name.revision == nil, snapshots.count == 1 { commit = snapshots[0] }
    let download = "hf download \(name.repository)" + (name.revision.map { " --revision \($0)" } ?? "")
    guard let commit, snapshots.contains(commit) else {
      throw ConfigurationError.notAModel(
        path: "\(name)",
        got: "neither a folder of that name nor one of Hugging Face's cache (\(folder.path))",
        fix: "`\(download)` fetches it.")
    }
    let found = home.appendingPathComponent("snapshots/\(commit)")
    guard FolderFile.exists("config.json", in: found) else {
      throw ConfigurationError.notAModel(
        path: "\(name)", got: "a part of it in Hugging Face's cache (\(found.path))",
        fix: "`\(download)` fetches the rest.")
    }
    return found
  }

  /// The name of a model by the folder of its snapshot, with the commit; `nil`: the folder lies in no such cache.
  public static func name(of folder: URL) -> Name? {
    let parts = folder.standardizedFileURL.pathComponents
    guard parts.count >= 3, parts[parts.count - 2] == "snapshots", parts[parts.count - 3].hasPrefix("models--") else {
      return nil
    }
    let sides = parts[parts.count - 3].dropFirst("models--".count).components(separatedBy: "--")
    return sides.count == 2 ? Name("\(sides[0])/\(sides[1])@\(parts[parts.count - 1])") : nil
  }
}
