import Files

/// How the rows of a file lie in it.
enum RowContainer: Equatable {
  /// JSONL: a JSON object on every line.
  case lines
  /// One JSON array of objects.
  case array
  /// A line with the columns' names, then a record for each row (RFC 4180), separated by this byte.
  case delimited(UInt8)

  /// Tells by the first bytes: objects begin with a brace, an array with a bracket, and a table with neither.
  ///
  /// - Parameter first: The beginning of the text, at least its first line.
  /// - Parameter name: The file's: decides where there is nothing to see.
  init(of first: some Collection<UInt8>, name: String) {
    let start = first.first { $0 != UInt8(ascii: " ") && !(0x09...0x0D).contains($0) }
    switch start {
    case UInt8(ascii: "["): self = .array
    case UInt8(ascii: "{"), nil: self = .lines
    default:
      var stem = name.lowercased()[...]
      if stem.hasSuffix(".gz") { stem = stem.dropLast(3) }
      // What is called JSON and is none is told so.
      self =
        [".jsonl", ".json", ".ndjson"].contains { stem.hasSuffix($0) } ? .lines : .delimited(Self.delimiter(of: first))
    }
  }

  /// What a first line `sep=;` says, with which spreadsheets are told the separator.
  static func statedSeparator(_ line: some Collection<UInt8>) -> UInt8? {
    let text = line.filter { $0 != UInt8(ascii: "\"") }
    guard text.count == 5, text.starts(with: Array("sep=".utf8)), let separator = text.last,
      [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";")].contains(separator)
    else { return nil }
    return separator
  }

  /// The separator that the first line has most of, outside of quotation marks.
  static func delimiter(of first: some Collection<UInt8>) -> UInt8 {
    let line = first.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
    if let stated = statedSeparator(line) { return stated }
    var (counts, isQuoted) = ([UInt8: Int](), false)
    for byte in first {
      if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
      if !isQuoted, byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") { break }
      if !isQuoted { counts[byte, default: 0] += 1 }
    }
    let candidates = [UInt8(ascii: ","), UInt8(ascii: "\t"), UInt8(ascii: ";")]
    return candidates.max { counts[$0, default: 0] < counts[$1, default: 0] } ?? UInt8(ascii: ",")
  }

  /// As it is told.
  var description: String {
    switch self {
    case .lines: "JSONL"
    case .array: "a JSON array"
    case .delimited(UInt8(ascii: "\t")): "TSV"
    case .delimited(UInt8(ascii: ";")): "CSV with semicolons"
    case .delimited: "CSV"
    }
  }

  /// What separates the columns of a table.
  var separator: UInt8? { if case .delimited(let byte) = self { byte } else { nil } }

  /// Whether a line may be longer than a row: in an array or a table.
  var hasLongLines: Bool { self != .lines }
}
