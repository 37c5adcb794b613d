import Files
import Foundation
import Testing

@testable import Tokenization

/// Folders whose files beside `tokenizer.json` say more than it does, against `AutoTokenizer` (Scripts/reference/tokenizer_folders.py).
@Suite struct FolderTests {
  struct Goldens: Decodable {
    let texts: [String]
    let cases: [Case]
  }

  struct Case: Decodable, CustomTestStringConvertible {
    struct Row: Decodable {
      let ids: [Int]
      let text: String
      let plain: String
    }

    let name: String
    let form: String
    let edits: [String: JSONTree]
    let files: [String: String]
    let size: Int?
    let rows: [Row]?
    let error: String?

    var testDescription: String { name }

    /// The folder, written anew.
    func folder() throws -> URL {
      let folder = FileManager.default.temporaryDirectory.appendingPathComponent("accrete-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      let source = try GoldenLines.folder().appendingPathComponent(form).appendingPathComponent("tokenizer.json")
      var data = try Data(contentsOf: source)
      if !edits.isEmpty {
        var file = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        for (key, value) in edits { file[key] = try JSONSerialization.jsonObject(with: JSONEncoder().encode(value)) }
        data = try JSONSerialization.data(withJSONObject: file)
      }
      try data.write(to: folder.appendingPathComponent("tokenizer.json"))
      for (name, text) in files { try Data(text.utf8).write(to: folder.appendingPathComponent(name)) }
      return folder
    }
  }

  static let goldens: Goldens? = try? JSONDecoder().decode(
    Goldens.self,
    from: Data(contentsOf: GoldenLines.folder().deletingLastPathComponent().appendingPathComponent("folders.json")))

  /// Read by `AutoTokenizer`, which gives the token another id than the file, and refused here.
  static let contradictions = [
    "ids that are not the next", "added_tokens that are not the next", "an id of another token",
  ]

  @Test func thereAreManyFolders() { #expect((Self.goldens?.cases.count ?? 0) > 140) }

  @Test(arguments: goldens?.cases ?? []) func aTokenizerIsWhatAutoTokenizerMakes(_ golden: Case) throws {
    let folder = try golden.folder()
    defer { try? FileManager.default.removeItem(at: folder) }
    // Without an unknown token and tokens for all bytes, Python loses characters without a word.
    let isLossy = golden.name.hasPrefix("metaspace as LlamaTokenizer of llama")
    guard let rows = golden.rows, !isLossy, !Self.contradictions.contains(golden.name) else {
      #expect(throws: TokenizationError.self) { try BPETokenizer(folder: folder) }
      return
    }
    let tokenizer = try BPETokenizer(folder: folder)
    #expect(tokenizer.vocabularySize == golden.size)
    let texts = try #require(Self.goldens?.texts)
    for (text, row) in zip(texts, rows) {
      let ids = try tokenizer.encode(text, addSpecialTokens: true)
      #expect(ids == row.ids, "\(text.debugDescription)")
      let (whole, plain) = try (
        tokenizer.decode(row.ids, skipSpecialTokens: false), tokenizer.decode(row.ids, skipSpecialTokens: true)
      )
      #expect(whole.utf8.elementsEqual(row.text.utf8), "\(text.debugDescription)")
      #expect(plain.utf8.elementsEqual(row.plain.utf8), "\(text.debugDescription)")
    }
  }

  /// Experts are bound to the digest: it is the file's where the files beside it change nothing, and another one where they do.
  @Test func theDigestSaysWhatTheFilesBesideChange() throws {
    func digests(_ name: String) throws -> (whole: Digest, file: Digest) {
      let golden = try #require(Self.goldens?.cases.first { $0.name == name })
      let folder = try golden.folder()
      defer { try? FileManager.default.removeItem(at: folder) }
      let file = try Digest(ofFile: folder.appendingPathComponent("tokenizer.json"))
      return (try BPETokenizer(folder: folder).digest(of: folder), file)
    }
    for name in ["gpt2 as it is", "llama3 without a configuration", "qwen2 as Qwen2Tokenizer of qwen2"] {
      let (whole, file) = try digests(name)
      #expect(whole == file, "\(name)")
    }
    let changed = try [
      "gpt2 with new tokens", "flags of a known token", "text is split", "gpt2 as Qwen2Tokenizer of qwen2",
    ].map {
      name in
      let (whole, file) = try digests(name)
      #expect(whole != file, "\(name)")
      return whole
    }
    #expect(Set(changed).count == changed.count)
  }

  @Test(arguments: [
    ("tokenizer.model", "sentencepiece"), ("vocab.json", "transformers;"), ("tekken.json", "mistral-common"),
  ])
  func aFileOfAnotherFormIsNamedWithTheWayToConvertIt(_ name: String, _ package: String) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("it's \(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data([10, 14]).write(to: folder.appendingPathComponent(name))
    let error = #expect(throws: TokenizationError.self) { try BPETokenizer(folder: folder) }
    let text = error?.description ?? ""
    #expect(text.hasPrefix(folder.appendingPathComponent(name).path))
    #expect(text.contains(package) && text.contains("save_pretrained") && !text.contains("Unigram"), "\(text)")
    // As a shell takes it.
    let quoted = folder.path.replacingOccurrences(of: "'", with: "'\\''")
    #expect(text.contains("; python3 -c ") && text.hasSuffix(" '\(quoted)'"), "\(text)")
  }
}
