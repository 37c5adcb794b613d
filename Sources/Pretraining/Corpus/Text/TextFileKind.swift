import Files
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
          fix: other.map { Self.advice($0, for: url.relativePath, isGzipped: packed) }
            ?? "Rename the file by what it holds: rows {\"text\": …}, or plain text."))
    }
  }

  /// Whether a file holds text, in a form that is read or that has to be converted; others in a folder are passed over.
  static func mayHoldText(_ url: URL) -> Bool {
    let name = url.lastPathComponent.lowercased()
    return saysWhatItHolds(name.hasSuffix(".gz") ? name.dropLast(".gz".count) : name[...])
  }

  private static func saysWhatItHolds(_ name: Substring) -> Bool {
    [".jsonl", ".txt"].contains { name.hasSuffix($0) } || others.contains { name.hasSuffix($0.suffix) }
  }

  /// How a file is converted; and, where it is only unpacked and its name does not say what is in it, how the result is to be called.
  private static func advice(_ form: ForeignFormat, for path: String, isGzipped: Bool) -> String {
    let advice = form.advice(for: path, isGzipped: isGzipped)
    let packed = (isGzipped ? path.dropLast(".gz".count) : path[...]).lowercased()
    guard form.keepsContent, !saysWhatItHolds(packed.dropLast(form.suffix.count)) else { return advice }
    return advice + " (name the result by what it holds: `….jsonl.gz` or `….txt.gz`)"
  }

  /// Forms that hold text and are not read here.
  private static let others =
    ForeignFormat.binary.filter { $0.suffix != ".txt" } + [
      table(".csv", "csv.DictReader(sys.stdin)"),
      table(".tsv", "csv.DictReader(sys.stdin,delimiter=chr(9))"),
      ForeignFormat("a JSON array", suffix: ".json", result: ".jsonl") { "jq -c '.[]' \($0) > \($1)" },
    ]

  private static func table(_ suffix: String, _ reader: String) -> ForeignFormat {
    ForeignFormat("a table", suffix: suffix, result: ".jsonl") {
      "python3 -c 'import csv,json,sys;[print(json.dumps(row)) for row in \(reader)]' < \($0) > \($1)"
    }
  }
}
