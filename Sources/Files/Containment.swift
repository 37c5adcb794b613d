public import Foundation

/// Keeps what is read and written inside of a folder, whatever symbolic links somebody has put there.
///
/// A folder from elsewhere may hold `experts/NAME → /etc`: reading through it tells what is none of our business, writing
/// through it destroys it. A link that stays inside the folder is nobody's harm.
public enum Containment {
  /// The same path, if it is below `folder` also once every link on the way is followed.
  ///
  /// What does not exist yet is fine: it will be made where its name says. A link to nowhere is not: it would be made there.
  /// - Throws: ``FileError/linkLeadsOut(path:target:)``; another ``FileError`` if the folder is missing, or the path is not
  ///   below it by its name.
  @discardableResult
  public static func require(_ url: URL, in folder: URL) throws -> URL {
    let root = try resolved(folder)
    let (base, path) = (folder.path, url.path)
    let prefix = base.hasSuffix("/") ? base : base + "/"
    // By bytes, as the system takes paths: for Swift's characters a mark after a `/` is a part of it, and é is e with an accent.
    let parts = path.utf8.dropFirst(prefix.utf8.count).split(separator: UInt8(ascii: "/")).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard path.utf8.starts(with: prefix.utf8),
      !parts.contains(where: { $0 == ".." || $0 == "." || $0.utf8.contains(0) })
    else {
      throw FileError.notReadable(path: path, reason: "it is outside of \(base)")
    }
    var current = root
    for part in parts {
      let next = current == "/" ? "/\(part)" : "\(current)/\(part)"
      var status = stat()
      guard lstat(next, &status) == 0 else {
        guard errno == ENOENT else { throw FileError.system(errno, reading: path) }
        return url
      }
      guard status.st_mode & S_IFMT == S_IFLNK else {
        current = next
        continue
      }
      let target = realPath(next)
      guard let target, isInside(target, root) else {
        throw FileError.linkLeadsOut(path: path, target: target ?? "nowhere")
      }
      current = target
    }
    return url
  }

  /// Requires that no symbolic link anywhere below `folder` leads out of it. A folder that is missing has none.
  /// - Throws: ``FileError/linkLeadsOut(path:target:)``.
  public static func requireNoLinksOut(of folder: URL) throws {
    guard let root = realPath(folder.path) else { return }
    // A list of its own instead of recursion: whoever makes folders decides how deep they are.
    var rest = [""]
    while let inner = rest.popLast() {
      for (name, kind) in entries(of: root + inner).sorted(by: { $0.name < $1.name }) {
        let path = "\(inner)/\(name)"
        switch kind {
        case .folder: rest.append(path)
        case .other: break
        case .link:
          let target = realPath(root + path)
          guard let target, isInside(target, root) else {
            throw FileError.linkLeadsOut(path: folder.path + path, target: target ?? "nowhere")
          }
        }
      }
    }
  }

  private enum Kind { case folder, link, other }

  /// What a folder holds, links not followed; nothing if it cannot be read, as then nothing of it is read.
  private static func entries(of folder: String) -> [(name: String, kind: Kind)] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return [] }
    return names.compactMap { name -> (name: String, kind: Kind)? in
      var status = stat()
      guard lstat("\(folder)/\(name)", &status) == 0 else { return nil }
      return switch status.st_mode & S_IFMT {
      case S_IFLNK: (name, .link)
      case S_IFDIR: (name, .folder)
      default: (name, .other)
      }
    }
  }

  private static func isInside(_ path: String, _ root: String) -> Bool {
    path.utf8.starts(with: (root.hasSuffix("/") ? root : root + "/").utf8)
  }

  private static func resolved(_ folder: URL) throws -> String {
    guard let root = realPath(folder.path) else { throw FileError.system(errno, reading: folder.path) }
    return root
  }

  /// The path with every link followed; `nil` where it leads nowhere.
  private static func realPath(_ path: String) -> String? {
    guard let buffer = realpath(path, nil) else { return nil }
    defer { free(buffer) }
    return String(cString: buffer)
  }
}
