import Foundation

/// What a text file holds, by its name.
struct TextFileKind: Equatable {
  enum Form { case rows, text }

  let form: Form
  let isGzipped: Bool

  /// - Throws: ``CorpusError/file(_:)``; for other forms that hold text with the command that converts it.
  init(of url: URL) throws {
    var name = url.lastPathComponent.lowercased()[...]
    let packed = name.hasSuffix(".gz")
    isGzipped = packed
    if packed { name = name.dropLast(".gz".count) }
    if name.hasSuffix(".jsonl") {
      form = .rows
    } else if name.hasSuffix(".txt") {
      form = .text
    } else {
      let other = Self.others.first { name.hasSuffix($0.suffix) }
      throw CorpusError.file(
        .init(
          url.relativePath, expected: "a name that ends in .jsonl, .txt, .jsonl.gz or .txt.gz",
          got: other.map { "a \($0.suffix) file" } ?? "another one",
          fix: other.map { "Convert it: \($0.command(url.relativePath, packed))" }
            ?? "Rename the file by what it holds: rows {\"text\": …}, or plain text."))
    }
  }

  /// Whether a file holds text, in a form that is read or that has to be converted; others in a folder are passed over.
  static func mayHoldText(_ url: URL) -> Bool {
    let name = url.lastPathComponent.lowercased()
    let plain = name.hasSuffix(".gz") ? String(name.dropLast(3)) : name
    return [".jsonl", ".txt"].contains { plain.hasSuffix($0) } || others.contains { plain.hasSuffix($0.suffix) }
  }

  /// A form that is not read, and how it becomes one that is.
  private struct Other: Sendable {
    let suffix: String
    /// The shell command that reads the file `$0` and writes what `$1` names.
    let conversion: @Sendable (_ file: String, _ out: String) -> String
    /// What the new file's name ends in; nil: what is left of the old one.
    var result: String?

    func command(_ path: String, _ isGzipped: Bool) -> String {
      let source = isGzipped ? String(path.dropLast(".gz".count)) : path
      let stem = String(source.dropLast(suffix.count))
      let unpacked = isGzipped ? "gzip -dk \(Self.quoted(path)) && " : ""
      return unpacked + conversion(Self.quoted(source), Self.quoted(stem + (result ?? ".gz")))
    }

    /// One word of a shell's line.
    private static func quoted(_ text: String) -> String {
      let plain = text.utf8.allSatisfy {
        (48...57).contains($0) || (65...90).contains($0) || (97...122).contains($0) || "/._-".utf8.contains($0)
      }
      return plain && !text.hasPrefix("-") ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
  }

  private static let others = [
    Other(suffix: ".zst") { "zstd -dc \($0) | gzip > \($1)" },
    Other(suffix: ".xz") { "xz -dc \($0) | gzip > \($1)" },
    Other(suffix: ".bz2") { "bzip2 -dc \($0) | gzip > \($1)" },
    Other(suffix: ".zip") { "unzip -p \($0) | gzip > \($1)" },
    table(".csv", "csv.DictReader(sys.stdin)"),
    table(".tsv", "csv.DictReader(sys.stdin,delimiter=chr(9))"),
    Other(suffix: ".json", conversion: { "jq -c '.[]' \($0) > \($1)" }, result: ".jsonl"),
    Other(
      suffix: ".parquet",
      conversion: {
        "python3 -c 'import sys,pandas;pandas.read_parquet(sys.argv[1]).to_json(sys.argv[2],orient=\"records\",lines=True)' \($0) \($1)"
      }, result: ".jsonl"),
  ]

  private static func table(_ suffix: String, _ reader: String) -> Other {
    Other(
      suffix: suffix,
      conversion: {
        "python3 -c 'import csv,json,sys;[print(json.dumps(row)) for row in \(reader)]' < \($0) > \($1)"
      }, result: ".jsonl")
  }
}
