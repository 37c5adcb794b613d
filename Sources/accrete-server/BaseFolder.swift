import Files
import Foundation
import Generation
import Records

/// Where a registry's base lies on this machine.
enum BaseFolder {
  /// Finds a base as `accrete` does: a folder; an embedded base, which lies beside the programs; one of Hugging Face's cache.
  ///
  /// - Parameters:
  ///   - argument: As it was written, on the command line or in the registry.
  ///   - folder: What a relative path is meant from; `nil`: where the program was started.
  /// - Throws: What the cache says; a folder that is not there is the loader's to refuse.
  static func find(_ argument: String, from folder: URL? = nil) throws -> URL {
    let path = (argument as NSString).expandingTildeInPath
    let url = URL(fileURLWithPath: path, relativeTo: folder).standardizedFileURL
    if FolderFile.exists("config.json", in: url) { return url }
    // Recorded where the programs lay elsewhere, it is the same base: its digest is compared.
    let name = EmbeddedFiles.holds(path) || !argument.contains("/") ? url.lastPathComponent : nil
    if let embedded = name.flatMap(embedded) { return embedded }
    if !FileManager.default.fileExists(atPath: url.path), let name = HubCache.Name(argument) ?? HubCache.name(of: url) {
      return try HubCache().snapshot(of: name)
    }
    return url
  }

  /// An embedded base; `nil`: there is none of this name.
  private static func embedded(_ name: String) -> URL? {
    let program = (Bundle.main.executableURL ?? URL(fileURLWithPath: "/proc/self/exe")).resolvingSymlinksInPath()
    let folder = program.deletingLastPathComponent().appendingPathComponent("\(EmbeddedFiles.folder)/base/\(name)")
    return FolderFile.exists("config.json", in: folder) ? folder : nil
  }
}
