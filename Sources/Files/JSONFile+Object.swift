public import Foundation

extension JSONFile {
  /// Reads an object whose keys others decide.
  ///
  /// - Parameters:
  ///   - url: The file.
  ///   - limit: Bytes that such a file has at most.
  /// - Throws: ``FileError``; also for a key that is listed twice, where parsers choose one without a word.
  public static func readObject(from url: URL, limit: Int) throws -> [ExactText: JSONTree] {
    let data = try contents(of: url, limit: limit)
    let tree: JSONTree
    do {
      tree = try JSONTree(data, rules: JSONTree.Rules(keysAreUnique: true))
    } catch let failure as JSONTree.Failure {
      throw FileError.malformedJSON(path: url.path, reason: failure.text)
    }
    guard case .object(let members) = tree else {
      throw FileError.malformedJSON(path: url.path, reason: "the top level is \(tree.kind), not an object")
    }
    return members.reduce(into: [:]) { $0[ExactText($1.key)] = $1.value }
  }
}
