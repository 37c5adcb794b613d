import Files
import Foundation
package import Generation
package import Records
import Torch

/// Bases that are loaded already, for whoever begins or opens many runs over the same ones.
///
/// What is given is what loading would give: a base is given again only while every file of its folder has the bytes that it was
/// loaded from. Reading and comparing these bytes takes a small part of the time that loading takes.
package final class LoadedBases: @unchecked Sendable {
  private struct Key: Hashable {
    let folder: String
    let device: String
    let precision: WeightMatrix.Precision?
  }

  private struct Loaded {
    let base: Base
    let files: [String: Digest]
  }

  /// Guards `loaded`; held while a base is loaded, so that nobody loads it a second time.
  private let lock = NSLock()
  private var loaded: [Key: Loaded] = [:]
  private var count = 0

  package init() {}

  /// How often a base was loaded.
  package var loads: Int { lock.withLock { count } }

  /// The base that a configuration names.
  ///
  /// - Parameter configuration: What is to be learned how.
  /// - Throws: What `Base.init(folder:on:precision:)` throws; `FileError`.
  package func base(of configuration: RunConfiguration) throws -> Base {
    let folder = URL(fileURLWithPath: configuration.base)
    let key = Key(
      folder: folder.standardizedFileURL.path, device: configuration.device,
      precision: configuration.weights)
    return try lock.withLock {
      let files = try? Self.digests(of: folder)
      if let known = loaded[key], known.files == files { return known.base }
      count += 1
      let base = try Base(
        folder: folder, on: Device(configuration.device), precision: configuration.weights)
      // Files that change while they are read are nobody's base.
      if let files, try files == Self.digests(of: folder) { loaded[key] = Loaded(base: base, files: files) }
      return base
    }
  }

  /// The digest of every file of a folder, by name.
  private static func digests(of folder: URL) throws -> [String: Digest] {
    var digests: [String: Digest] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      digests[name] = try Digest(ofFile: folder.appendingPathComponent(name))
    }
    return digests
  }
}
