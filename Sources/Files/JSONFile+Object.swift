public import Foundation

extension JSONFile {
  /// Reads an object whose keys others decide.
  ///
  /// - Parameters:
  ///   - url: the file.
  ///   - limit: bytes that such a file has at most.
  /// - Throws: ``FileError``; also for a key that is listed twice, where parsers choose one without a word.
  public static func readObject(from url: URL, limit: Int) throws -> [String: JSONValue] {
    let data = try contents(of: url, limit: limit)
    let object: [String: JSONValue] = try decode([String: JSONValue].self, from: data, path: url.path)
    var nesting = JSONNesting()
    let colon = UInt8(ascii: ":")
    let keys = data.count { nesting.read($0) && $0 == colon && nesting.depth == 1 }
    guard keys == object.count else {
      throw FileError.malformedJSON(path: url.path, reason: "a key is listed twice")
    }
    return object
  }
}
