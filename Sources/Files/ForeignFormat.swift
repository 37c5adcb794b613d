/// A form of data that is not read here, and the command that makes one of it that is.
public struct ForeignFormat: Sendable {
  /// As messages call it: `a Parquet file`.
  public let name: String
  /// What names of such files end in, with the dot.
  public let suffix: String
  /// What such files begin with.
  let beginning: [UInt8]
  /// The shell command that reads the file `$0` and writes what `$1` names.
  let conversion: @Sendable (_ file: String, _ out: String) -> String
  /// The Python packages that the command needs.
  let packages: [String]
  /// What the new file's name ends in; `nil`: what is left of the old one, gzipped.
  let result: String?
  /// Whether the command only unpacks the file, and so says nothing of what is in it.
  package var keepsContent: Bool { result == nil }

  public init(
    _ name: String, suffix: String, beginning: [UInt8] = [], result: String? = nil, packages: [String] = [],
    conversion: @escaping @Sendable (_ file: String, _ out: String) -> String
  ) {
    self.name = name
    self.suffix = suffix
    self.beginning = beginning
    self.result = result
    self.packages = packages
    self.conversion = conversion
  }

  /// The command for one file, ready to be pasted into a shell.
  ///
  /// - Parameter path: The file.
  /// - Parameter isGzipped: Whether it has to be unpacked first; its name ends in `.gz` then.
  public func command(for path: String, isGzipped: Bool = false) -> String {
    let source = isGzipped ? String(path.dropLast(".gz".count)) : path
    let stem = source.lowercased().hasSuffix(suffix) ? String(source.dropLast(suffix.count)) : source
    let unpacked = isGzipped ? "gzip -dk \(Self.quoted(path)) && " : ""
    return unpacked + conversion(Self.quoted(source), Self.quoted(stem + (result ?? ".gz")))
  }

  /// The command that makes UTF-8 of a file in an encoding of Windows.
  ///
  /// - Parameter path: The file; one that is gzipped, or none at all, gets a word in its place.
  public static func iconv(_ path: String) -> String {
    let isFile = path.contains("/") && !path.lowercased().hasSuffix(".gz")
    return "iconv -f WINDOWS-1252 -t UTF-8 \(isFile ? quoted(path) : "FILE") > NEW"
  }

  /// How to convert one file: the command, and what it needs.
  ///
  /// - Parameter path: The file.
  /// - Parameter isGzipped: Whether it has to be unpacked first.
  public func advice(for path: String, isGzipped: Bool = false) -> String {
    "Convert it: \(command(for: path, isGzipped: isGzipped))"
      + (packages.isEmpty ? "" : " (needs pip install \(packages.joined(separator: " ")))")
  }

  /// The form of a file by its first bytes, or else by its name; `nil`: none of these.
  public static func of(_ first: some Collection<UInt8>, path: String) -> ForeignFormat? {
    let name = path.lowercased()
    // A spreadsheet is a zip file.
    if first.starts(with: zip.beginning) {
      return name.hasSuffix(spreadsheet.suffix) || holdsWorkbook(first) ? spreadsheet : zip
    }
    return binary.first { !$0.beginning.isEmpty && first.starts(with: $0.beginning) }
  }

  /// Whether a zip file is a workbook, whatever it is called: one of its first files lies in `xl/`.
  private static func holdsWorkbook(_ first: some Collection<UInt8>) -> Bool {
    let bytes = Array(first.prefix(1 << 16))
    // A file's name stands 30 bytes behind the beginning of its header.
    return bytes.indices.contains { start in
      bytes[start] == 0x50 && bytes[start...].starts(with: zip.beginning)
        && bytes[start...].dropFirst(30).starts(with: Array("xl/".utf8))
    }
  }

  /// Forms that hold rows or texts and are not text themselves.
  public static let binary = [
    ForeignFormat("a file packed by zstd", suffix: ".zst", beginning: [0x28, 0xB5, 0x2F, 0xFD]) {
      "zstd -dc \($0) | gzip > \($1)"
    },
    ForeignFormat("a file packed by xz", suffix: ".xz", beginning: [0xFD, 0x37, 0x7A, 0x58, 0x5A]) {
      "xz -dc \($0) | gzip > \($1)"
    },
    ForeignFormat("a file packed by bzip2", suffix: ".bz2", beginning: Array("BZh".utf8)) {
      "bzip2 -dc \($0) | gzip > \($1)"
    },
    zip, spreadsheet,
    ForeignFormat(
      "a Parquet file", suffix: ".parquet", beginning: Array("PAR1".utf8), result: ".jsonl",
      packages: ["pandas", "pyarrow"]
    ) {
      pandas("read_parquet", $0, $1)
    },
    ForeignFormat(
      "an Arrow file", suffix: ".feather", beginning: Array("ARROW1".utf8), result: ".jsonl",
      packages: ["pandas", "pyarrow"]
    ) {
      pandas("read_feather", $0, $1)
    },
    ForeignFormat(
      "an Arrow stream, as datasets keeps it", suffix: ".arrow", beginning: [0xFF, 0xFF, 0xFF, 0xFF], result: ".jsonl",
      packages: ["datasets"]
    ) {
      "python3 -c 'import sys,datasets;datasets.Dataset.from_file(sys.argv[1]).to_json(sys.argv[2],force_ascii=False)' \($0) \($1)"
    },
    ForeignFormat(
      "an old Excel file", suffix: ".xls", beginning: [0xD0, 0xCF, 0x11, 0xE0], result: ".csv",
      packages: ["pandas", "xlrd"]
    ) {
      excel($0, $1)
    },
    ForeignFormat("a SQLite database", suffix: ".sqlite", beginning: Array("SQLite format 3".utf8), result: ".csv") {
      "sqlite3 -header -csv \($0) 'SELECT text, label FROM rows' > \($1)"
    },
    ForeignFormat("text in UTF-16", suffix: ".txt", beginning: [0xFF, 0xFE], result: ".utf8.txt") {
      "iconv -f UTF-16 -t UTF-8 \($0) > \($1)"
    },
    ForeignFormat("text in UTF-16", suffix: ".txt", beginning: [0xFE, 0xFF], result: ".utf8.txt") {
      "iconv -f UTF-16 -t UTF-8 \($0) > \($1)"
    },
  ]

  private static let zip = ForeignFormat("a zip file", suffix: ".zip", beginning: [0x50, 0x4B, 3, 4]) {
    "unzip -p \($0) | gzip > \($1)"
  }
  private static let spreadsheet = ForeignFormat(
    "an Excel file", suffix: ".xlsx", result: ".csv", packages: ["pandas", "openpyxl"]
  ) { excel($0, $1) }

  private static func pandas(_ reader: String, _ file: String, _ out: String) -> String {
    "python3 -c 'import sys,pandas;pandas.\(reader)(sys.argv[1]).to_json(sys.argv[2],orient=\"records\",lines=True,force_ascii=False)' \(file) \(out)"
  }

  private static func excel(_ file: String, _ out: String) -> String {
    "python3 -c 'import sys,pandas;pandas.read_excel(sys.argv[1]).to_csv(sys.argv[2],index=False)' \(file) \(out)"
  }

  /// One word of a shell's line.
  package static func quoted(_ text: String) -> String {
    let plain = text.utf8.allSatisfy {
      (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "/._-".utf8.contains($0)
    }
    return plain && !text.hasPrefix("-") ? text : "'" + text.replacing("'", with: "'\\''") + "'"
  }
}
