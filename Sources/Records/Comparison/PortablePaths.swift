import Files
public import Foundation

// A comparison and its records can go to another machine, or into a repository. Base and data may lie elsewhere on another machine; digests
// say what they hold. So paths are kept relative to the folder in which the command was given, and do not count when comparisons are
// compared.

extension RunConfiguration {
  /// The same with paths relative to a folder, where they have more than the root in common with it.
  public func portable(from folder: URL) -> RunConfiguration {
    mappingPaths { Paths.relative($0, to: folder.standardizedFileURL.path) }
  }

  /// The same with the last part of every path alone.
  public var withoutFolders: RunConfiguration { mappingPaths { URL(fileURLWithPath: $0).lastPathComponent } }

  private func mappingPaths(_ map: (String) -> String) -> RunConfiguration {
    var copy = self
    copy.base = base.isEmpty ? base : map(base)
    copy.source.data = source.data.map(map)
    copy.source.files = source.files.map(map)
    return copy
  }
}

extension Manifest {
  package func portable(from folder: URL) -> Manifest {
    var copy = self
    copy.configuration = configuration.portable(from: folder)
    copy.dataDigests = Paths.withoutCommonFolder(dataDigests)
    return copy
  }

  package var withoutFolders: Manifest {
    var copy = self
    copy.configuration = configuration.withoutFolders
    copy.dataDigests = Paths.withoutCommonFolder(dataDigests)
    return copy
  }
}

extension Comparison {
  package func portable(from folder: URL) -> Comparison {
    var copy = mappingDigests
    copy.configuration = configuration.portable(from: folder)
    return copy
  }

  package var withoutFolders: Comparison {
    var copy = mappingDigests
    copy.configuration = configuration.withoutFolders
    return copy
  }

  private var mappingDigests: Comparison {
    var copy = self
    for (number, order) in orders {
      copy.orders[number]?.dataDigests = Paths.withoutCommonFolder(order.dataDigests)
    }
    return copy
  }
}

enum Paths {
  static func relative(_ path: String, to folder: String) -> String {
    let (parts, from) = (path.split(separator: "/"), folder.split(separator: "/"))
    guard path.hasPrefix("/"), folder.hasPrefix("/") else { return path }
    let common = zip(parts, from).prefix { $0 == $1 }.count
    guard common > 0 else { return path }
    let steps = Array(repeating: "..", count: from.count - common) + parts.dropFirst(common).map(String.init)
    return steps.isEmpty ? "." : steps.joined(separator: "/")
  }

  /// The folders that all keys begin with are taken off; no two become one.
  static func withoutCommonFolder(_ digests: [String: Digest]) -> [String: Digest] {
    let folders = digests.keys.map { $0.split(separator: "/", omittingEmptySubsequences: false).dropLast() }
    guard var common = folders.first else { return digests }
    for folder in folders { common = common.prefix(zip(common, folder).prefix { $0 == $1 }.count) }
    let count = common.joined(separator: "/").count + (common.isEmpty ? 0 : 1)
    return Dictionary(uniqueKeysWithValues: digests.map { (String($0.key.dropFirst(count)), $0.value) })
  }
}
