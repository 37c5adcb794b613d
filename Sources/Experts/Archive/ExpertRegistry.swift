import Files
public import Foundation

/// A folder of experts, one folder each. Listing reads the small `expert.json` of each and never a tensor.
public struct ExpertRegistry: Sendable {
  /// One folder of the registry.
  public struct Entry: Sendable, Equatable {
    /// The folder's name, whatever it is: it may hold control characters.
    public let folder: String
    public let state: State
  }

  /// What a folder holds.
  public enum State: Sendable, Equatable {
    case stored(ExpertArchive)
    /// An adapter in PEFT's form, which is no archive of ours.
    case adapter
    /// It can't be read as an expert; the reason is one line.
    case damaged(reason: String)
  }

  public let url: URL

  public init(_ url: URL) { self.url = url }

  /// Every folder, in order of the names; one that is damaged is listed as such and hides no other.
  ///
  /// Files beside the folders are not experts, and names that begin with a dot belong to writes that are not done.
  ///
  /// - Parameter hasOthers: Whether the folder is one of any kind: then a folder in it without a file of an expert is none.
  /// - Throws: `FileError` when the registry itself can't be read.
  public func entries(besideOthers hasOthers: Bool = false) throws -> [Entry] {
    if ExpertArchive.isArchive(url) { return [entry(url.lastPathComponent, at: url)] }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) else {
      throw FileError.notFound(path: url.path)
    }
    guard isFolder.boolValue else { throw FileError.notReadable(path: url.path, reason: "not a folder") }
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: url.path)
    } catch {
      throw FileError.notReadable(path: url.path, reason: error.localizedDescription)
    }
    return names.sorted().compactMap { name in
      guard !name.hasPrefix(".") else { return nil }
      do {
        let folder = try FolderFile.url(name, in: url)
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue else {
          return nil
        }
        func has(_ file: String) -> Bool { FolderFile.exists(file, in: folder) }
        // An expert is, or was, in a folder with one of its files.
        guard !hasOthers || ExpertArchive.files.contains(where: has) else { return nil }
        let isAdapter = hasOthers && !ExpertArchive.isArchive(folder) && has(PEFTConfiguration.fileName)
        return isAdapter ? Entry(folder: name, state: .adapter) : entry(name, at: folder)
      } catch {
        return Entry(folder: name, state: .damaged(reason: "\(error)"))
      }
    }
  }

  private func entry(_ name: String, at folder: URL) -> Entry {
    do {
      return Entry(folder: name, state: .stored(try ExpertArchive.read(folder)))
    } catch {
      return Entry(folder: name, state: .damaged(reason: "\(error)"))
    }
  }
}
