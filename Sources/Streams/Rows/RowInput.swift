import Files

/// The content of a file of rows: unpacked where it is gzipped, and no more of it read than it takes to know that it is refused.
struct RowInput {
  private(set) var bytes: [UInt8] = []
  let isGzipped: Bool
  /// Whether a line may be longer than a row.
  private(set) var hasLongLines = false

  /// - Parameters:
  ///   - location: What errors call it.
  ///   - size: How many bytes there are, as far as that is known.
  ///   - holdsRows: Whether it may be in any form of rows; else it is plain text.
  ///   - next: The next bytes; none at the end.
  /// - Throws: ``StreamError``.
  init(_ location: RowLocation, size: Int, holdsRows: Bool, next: @escaping () throws -> [UInt8]) throws {
    var first: [UInt8]? = try Self.told(location) { try next() }
    isGzipped = holdsRows && GzipInput.isGzipped(first ?? [])
    var gzip = GzipInput(path: location.file) {
      defer { first = nil }
      return try first ?? next()
    }
    bytes.reserveCapacity(isGzipped ? 0 : size)
    // Of a line that is too long no more is read than it takes to know that.
    var start = 0
    while true {
      let piece = try Self.told(location) {
        if isGzipped { return try gzip.next() }
        defer { first = nil }
        return try first ?? next()
      }
      if piece.isEmpty { break }
      if bytes.isEmpty, holdsRows {
        if let weights = Self.weights(piece, name: location.file) {
          throw StreamError.file(
            location.detail(
              expected: "rows as JSONL, a JSON array, CSV or TSV, also gzipped", got: "a model's weights (\(weights))",
              fix: "Name the file of texts and labels; the base is named once, `accrete init --base FOLDER`."))
        }
        if let other = ForeignFormat.of(piece, path: location.file) {
          throw StreamError.file(
            location.detail(
              expected: "rows as JSONL, a JSON array, CSV or TSV, also gzipped", got: other.name,
              fix: other.advice(for: location.file, isGzipped: isGzipped)))
        }
        if Self.isYAML(piece, name: location.file) {
          guard !Self.isList(piece) else {
            throw StreamError.file(
              location.detail(
                expected: "rows as JSONL, a JSON array, CSV or TSV, also gzipped", got: "a list in YAML",
                fix:
                  "Write each row as a line of JSON: `python3 -c 'import json, sys, yaml; [print(json.dumps(row, default=str)) for row in yaml.safe_load(sys.stdin)]' < FILE > rows.jsonl` (with PyYAML)."
              ))
          }
          guard Self.isCalledYAML(location.file) || OptionFile.hasKnownKey(piece) else {
            throw StreamError.file(
              location.detail(
                expected: "rows as JSONL, a JSON array, CSV or TSV, also gzipped", got: "text lines of key: value",
                fix:
                  "Write each row as a line of JSON, such as {\"text\": \"…\", \"label\": \"…\"} or, of a conversation, {\"messages\": […]}. \(RowFields.linesOfText)"
              ))
          }
          throw StreamError.file(
            location.detail(
              expected: "rows as JSONL, a JSON array, CSV or TSV, also gzipped", got: "YAML, as options are written",
              fix: "Options are given on the line; `accrete train --config FILE` takes YAML."))
        }
        hasLongLines = RowContainer(of: piece, name: location.file).hasLongLines
      }
      guard bytes.count + piece.count <= SourceFile.Limit.fileBytes else { throw SourceFile.tooLarge(location) }
      if let end = piece.lastIndex(of: UInt8(ascii: "\n")) { start = bytes.count + end + 1 }
      bytes += piece
      guard hasLongLines || bytes.count - start <= SourceFile.Limit.rowBytes else {
        let line = 1 + bytes.count { $0 == UInt8(ascii: "\n") }
        throw SourceFile.tooLong(RowLocation(file: location.file, line: line), got: "more")
      }
    }
  }

  /// Whether a file is YAML by its name, or begins with two keys as a mapping does and is called neither a table nor JSON.
  private static func isYAML(_ first: [UInt8], name: String) -> Bool {
    if isCalledYAML(name) { return true }
    let name = name.lowercased()
    guard ![".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".gz"].contains(where: name.hasSuffix) else { return false }
    let lines = String(decoding: first.prefix(4096), as: UTF8.self).split(whereSeparator: \.isNewline)
      .filter { !$0.hasPrefix("#") && !$0.hasPrefix("---") }
    return lines.count > 1 && lines.prefix(2).allSatisfy { $0.prefixMatch(of: /[a-z][a-z0-9_-]*:(?: |$)/) != nil }
  }

  private static func isCalledYAML(_ name: String) -> Bool {
    [".yaml", ".yml"].contains(where: name.lowercased().hasSuffix)
  }

  /// Whether YAML is a list, as of rows, and no options.
  private static func isList(_ first: [UInt8]) -> Bool {
    let lines = String(decoding: first.prefix(4096), as: UTF8.self).split(whereSeparator: \.isNewline)
    return lines.first { !$0.hasPrefix("#") && !$0.hasPrefix("---") }?.prefixMatch(of: /\s*-(?:\s|$)/) != nil
  }

  /// What weights are stored in, by the first bytes.
  private static func weights(_ first: [UInt8], name: String) -> String? {
    if first.starts(with: Array("GGUF".utf8)) { return "GGUF" }
    // Eight bytes of a length, then JSON.
    if first.count > 9, first[8] == UInt8(ascii: "{"), first[5...7].allSatisfy({ $0 == 0 }) { return "safetensors" }
    if first.starts(with: [0x80]), first.count > 1, (2...5).contains(first[1]) { return "a pickle" }
    let isZip = first.starts(with: [0x50, 0x4B, 3, 4])
    let hasPickle =
      isZip
      && first.prefix(256).split(separator: UInt8(ascii: "/")).contains { $0.starts(with: Array("data.pkl".utf8)) }
    return hasPickle ? "a file of torch.save" : nil
  }

  private static func told<Value>(_ location: RowLocation, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as GzipError {
      throw StreamError.file(location.detail(expected: error.expected, got: error.got, fix: error.fix))
    } catch FileError.notReadable(_, let reason) {
      throw StreamError.file(
        location.detail(expected: "a file that can be read", got: reason, fix: "Check the disk, and copy it again."))
    }
  }
}
