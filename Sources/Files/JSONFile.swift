public import Foundation

/// JSON files of a known form: small, pretty, with sorted keys, so that equal values give equal bytes.
public enum JSONFile {
  /// No configuration or result of ours is larger, and no tokenizer; anything above is refused before it is parsed, which
  /// takes a multiple of it.
  public static let sizeLimit = 64 << 20
  /// What the values of a text may take in memory, beside the text: trees of ours.
  static func memory(ofText bytes: Int) -> Int { (128 << 20) + 6 * bytes }

  /// How many values a text may have for Foundation's parser, which takes some 70 bytes for each.
  static func values(ofText bytes: Int) -> Int { 2_000_000 + bytes / 16 }

  /// Deeper nesting is refused: parsers recurse.
  public static let depthLimit = 64

  /// Reads and decodes a file of at most `limit` bytes.
  /// - Throws: ``FileError`` that names the file and the key.
  public static func read<Value: Decodable>(_ type: Value.Type, from url: URL, limit: Int = sizeLimit) throws -> Value {
    let file = try MappedFile(url)
    try requireSize(file.bytes.count, limit: limit, path: url.path)
    return try decode(type, from: file.data(), path: url.path)
  }

  /// Decodes JSON that is in memory already.
  ///
  /// - Parameters:
  ///   - type: What is decoded.
  ///   - data: The text.
  ///   - path: Where it came from, for errors.
  ///   - dates: How a date is written; without: as seconds since the beginning of 2001.
  /// - Throws: ``FileError`` that names the position and the key.
  public static func decode<Value: Decodable>(
    _ type: Value.Type, from data: Data, path: String, dates: JSONDecoder.DateDecodingStrategy = .deferredToDate
  ) throws -> Value {
    let data = try checked(data, path: path)
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = dates
    do {
      return try decoder.decode(type, from: data)
    } catch let error as DecodingError {
      throw FileError.malformedJSON(
        path: path,
        reason: reason(error, in: data) { other in
          do {
            _ = try decoder.decode(type, from: other)
            return false
          } catch DecodingError.dataCorrupted(let context) {
            return context.codingPath.isEmpty
          } catch {
            return false
          }
        })
    } catch {
      // A value of ours that refused what it was given knows what is wrong, but not in which file.
      throw FileError.malformedJSON(path: path, reason: "\(error)")
    }
  }

  /// The same for JSON of any form, which Foundation's parser would take several times as long for.
  public static func decode(_ type: JSONTree.Type, from data: Data, path: String) throws -> JSONTree {
    try requireShape(data, path: path)
    return try JSONTree(parsing: unmarked(data), path: path, rules: JSONTree.Rules(keysAreUnique: true))
  }

  /// The names of an object's members; their values are only stepped over.
  /// - Throws: ``FileError`` that names the position.
  public static func names(in data: Data, path: String) throws -> Set<String> {
    try parsed(unmarked(data), path: path) { parser in
      var names: Set<String> = []
      try parser.members { parser, name in
        names.insert(String(decoding: name, as: UTF8.self))
        try parser.skip()
      }
      return names
    }
  }

  /// The bytes of a JSON file, checked for size and nesting.
  public static func contents(of url: URL, limit: Int = sizeLimit) throws -> Data {
    let file = try MappedFile(url)
    try requireSize(file.bytes.count, limit: limit, path: url.path)
    let data = file.data()
    try requireShape(data, path: url.path)
    return data
  }

  private static func requireSize(_ bytes: Int, limit: Int, path: String) throws {
    guard bytes <= limit else { throw FileError.tooLarge(path: path, bytes: bytes, limit: limit) }
  }

  /// JSON text for Foundation's parser, which is not strict. It accepts a comma before a closing bracket, rejects a string with a tab as no
  /// value at all, and silently picks one of two equal keys.
  private static func checked(_ data: Data, path: String) throws -> Data {
    try requireShape(data, path: path)
    let data = unmarked(data)
    try parsed(data, path: path) { try $0.skip() }
    return data
  }

  /// The text without the byte order mark before it.
  private static func unmarked(_ data: Data) -> Data {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    return data.starts(with: mark) ? Data(data.dropFirst(mark.count)) : data
  }

  private static func parsed<Result>(
    _ data: Data, path: String, _ body: (inout JSONParser) throws -> Result
  ) throws -> Result {
    do {
      return try data.withUnsafeBytes { try JSONParser.whole($0, rules: .init(keysAreUnique: true), body) }
    } catch let failure as JSONTree.Failure {
      throw FileError.malformedJSON(path: path, reason: failure.text)
    }
  }

  private static func requireShape(_ data: Data, path: String) throws {
    guard data.withUnsafeBytes(nestingDepth) <= depthLimit else {
      throw FileError.malformedJSON(path: path, reason: "nested deeper than \(depthLimit) levels")
    }
  }

  /// Encodes with sorted keys.
  ///
  /// - Parameters:
  ///   - value: What is encoded.
  ///   - pretty: Whether it has a line for each member.
  ///   - dates: How a date is written; without: as seconds since the beginning of 2001.
  public static func encode(
    _ value: some Encodable, pretty: Bool = true, dates: JSONEncoder.DateEncodingStrategy = .deferredToDate
  ) throws -> Data {
    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = dates
    encoder.outputFormatting =
      pretty ? [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes] : [.sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(value)
  }

  /// Values as JSON lines, each ended by a line feed.
  public static func lines(_ values: [some Encodable]) throws -> Data {
    try values.reduce(into: Data()) { data, value in
      data.append(try encode(value, pretty: false))
      data.append(UInt8(ascii: "\n"))
    }
  }

  /// Writes atomically.
  public static func write(_ value: some Encodable, to url: URL) throws {
    var data = try encode(value)
    data.append(UInt8(ascii: "\n"))
    try AtomicFile.write(data, to: url)
  }

  /// The deepest bracket level of a JSON text, strings skipped.
  public static func nestingDepth(_ bytes: UnsafeRawBufferPointer) -> Int {
    var nesting = JSONNesting()
    var deepest = 0
    for byte in bytes where nesting.read(byte) { deepest = max(deepest, nesting.depth) }
    return deepest
  }
}
