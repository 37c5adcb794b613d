import Files
public import Foundation

extension BPETokenizer {
  /// The name of the file that Hunyuan-Large, A13B and 7B have instead of a `tokenizer.json`.
  public static let tiktokenName = "hy.tiktoken"

  /// The tokenizer file of a checkpoint folder: `tokenizer.json` or, where there is none, `hy.tiktoken`.
  ///
  /// - Returns: `tokenizer.json` also where there is neither, which is then what an error names.
  public static func file(in folder: URL) -> URL {
    let json = folder.appendingPathComponent("tokenizer.json", isDirectory: false)
    let tiktoken = folder.appendingPathComponent(tiktokenName, isDirectory: false)
    let manager = FileManager.default
    return !manager.fileExists(atPath: json.path) && manager.fileExists(atPath: tiktoken.path) ? tiktoken : json
  }

  /// Reads the tokenizer of a checkpoint folder, from ``file(in:)``. Beside a `tokenizer.json` it is what transformers' `AutoTokenizer` makes of the folder.
  ///
  /// Which special tokens follow those of a `hy.tiktoken` shows in `vocab_size` of `config.json`: A13B and 7B have exactly as
  /// many rows as ids, Hunyuan-Large has more. Without a `config.json` it is read as theirs.
  /// - Throws: `TokenizationError` that names the file and the key or line.
  public init(folder: URL) throws {
    let file = Self.file(in: folder)
    guard file.lastPathComponent == Self.tiktokenName else {
      try Self.requireConverted(file, in: folder)
      try self.init(json: file, in: folder)
      return
    }
    let data = try Self.contents(of: file, expected: "a tiktoken file", limit: JSONFile.sizeLimit)
    try self.init(tiktoken: data, file: file.path) { count in
      guard let config = try JSONLocation.optionalFile("config.json", in: folder),
        let rows = try config.optional("vocab_size")
      else { return .later }
      return try rows.integer() == count + HunyuanTiktoken.later.specialTokens.count ? .later : .large
    }
  }

  /// Where there is no `tokenizer.json`, names the tokenizer file of another form that there is, and how it becomes one.
  private static func requireConverted(_ json: URL, in folder: URL) throws {
    guard !FolderFile.exists(json.lastPathComponent, in: folder) else { return }
    let forms = [
      ("tokenizer.model", "sentencepiece protobuf tiktoken"), ("tekken.json", "mistral-common"), ("vocab.json", ""),
    ]
    guard let (name, packages) = forms.first(where: { FolderFile.exists($0.0, in: folder) }) else { return }
    throw TokenizationError.notConverted(
      file: folder.appendingPathComponent(name).path, folder: folder.path,
      packages: ("transformers " + packages).split(separator: " ").joined(separator: " "))
  }
}

extension JSONLocation {
  /// A JSON file of a checkpoint folder, or `nil` where there is none.
  static func optionalFile(_ name: String, in folder: URL) throws -> JSONLocation? {
    let url = folder.appendingPathComponent(name, isDirectory: false)
    do {
      guard let data = try OptionalFile.read({ try JSONFile.contents(of: url) }) else { return nil }
      return JSONLocation(value: try JSONTree(parsing: data, path: url.path), key: top, file: url.path)
    } catch FileError.malformedJSON(_, let reason) {
      throw TokenizationError.malformed(file: url.path, key: top, expected: "a JSON object", got: reason)
    } catch FileError.tooLarge(_, let bytes, let limit) {
      throw TokenizationError.malformed(
        file: url.path, key: top, expected: "at most \(limit) bytes", got: "\(bytes)")
    } catch FileError.notReadable(_, let reason) {
      throw TokenizationError.unreadable(file: url.path, expected: "a JSON file", got: reason)
    } catch let error as FileError {
      throw TokenizationError.unreadable(file: url.path, expected: "a JSON file", got: "\(error)")
    }
  }
}
