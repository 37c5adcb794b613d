import Files
import Foundation
import Testing

@testable import Tokenization

/// Are the files of a trained tokenizer whole, and read as what was trained?
@Suite struct TrainedFilesTests {
  private static func withFolder(_ body: (URL) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("trained-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try body(folder)
  }

  private static func trained(special: [String] = BPETrainer.Options.chatSpecialTokens) throws -> TrainedTokenizer {
    try BPETrainer.trained((0..<300).map { GoldenLines.line($0) }, size: 700, special: special)
  }

  @Test func folderIsReadBack() throws {
    try Self.withFolder { folder in
      let trained = try Self.trained()
      try trained.write(to: folder, chatTemplate: .chatML, modelMaxLength: 512)
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
          == ["special_tokens_map.json", "tokenizer.json", "tokenizer_config.json"])
      let tokenizer = try BPETokenizer(folder: folder)
      #expect(tokenizer.vocabularySize == 700)
      for (id, token) in trained.tokens.enumerated() { #expect(tokenizer.id(of: token) == id) }
      let special = try SpecialTokens(folder: folder, tokenizer: tokenizer)
      #expect(special.end?.id == 0 && special.padding?.id == 3 && special.beginning == nil && special.unknown == nil)
      #expect(try tokenizer.encode("<|im_start|>user\n<|im_end|>", addSpecialTokens: false).first == 1)
    }
  }

  /// The two small files say what those of the embedded base say.
  @Test(arguments: ["tokenizer_config.json", "special_tokens_map.json"]) func formIsThatOfTheEmbeddedBase(name: String)
    throws
  {
    try Self.withFolder { folder in
      try Self.trained().write(to: folder, chatTemplate: .chatML, modelMaxLength: 512)
      let base = SeedlingFile.url.deletingLastPathComponent()
      let files = try [folder, base].map {
        try #require(
          JSONSerialization.jsonObject(with: Data(contentsOf: $0.appendingPathComponent(name))) as? NSDictionary)
      }
      #expect(files[0] == files[1])
    }
  }

  /// Every scalar, and every byte of UTF-8.
  @Test func anyTextIsDecodedToItself() throws {
    let tokenizer = try Self.trained().tokenizer()
    var text = ""
    for value in (0..<UInt32(0x110000)).lazy.filter({ $0 < 0x3000 || $0 % 17 == 0 }) {
      if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
      guard value % 4096 == 0 else { continue }
      let ids = try tokenizer.encode(text, addSpecialTokens: false)
      #expect(try Array(tokenizer.decode(ids, skipSpecialTokens: false).utf8) == Array(text.utf8), "before \(value)")
      text = ""
    }
  }

  @Test func plainTokenizerHasNoTemplate() throws {
    try Self.withFolder { folder in
      let trained = try Self.trained(special: ["</s>"])
      try trained.write(
        to: folder, chatTemplate: .none, modelMaxLength: 1,
        roles: TrainedTokenizer.Roles(end: "</s>", padding: nil))
      let text = try String(contentsOf: folder.appendingPathComponent("tokenizer_config.json"), encoding: .utf8)
      #expect(!text.contains("chat_template") && text.contains("\"eos_token\": \"</s>\""))
      #expect(try SpecialTokens(folder: folder, tokenizer: BPETokenizer(folder: folder)).end?.id == 0)
    }
  }

  @Test func whatIsMissingIsNamedAndNothingIsWritten() throws {
    try Self.withFolder { folder in
      let trained = try Self.trained(special: ["<|im_start|>"])
      let missing = #expect(throws: TokenizerTrainingError.self) {
        try trained.write(to: folder, chatTemplate: .chatML, modelMaxLength: 512)
      }
      #expect("\(missing.map(String.init(describing:)) ?? "")".contains("<|im_end|>"))
      #expect(throws: TokenizerTrainingError.unknownSpecialToken("x", use: "pad_token", known: ["<|im_start|>"])) {
        try trained.write(
          to: folder, chatTemplate: .none, modelMaxLength: 512, roles: TrainedTokenizer.Roles(end: nil, padding: "x"))
      }
      #expect(throws: TokenizerTrainingError.self) {
        try trained.write(to: folder, chatTemplate: .none, modelMaxLength: 0)
      }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
      #expect(throws: FileError.self) {
        try trained.write(to: folder.appendingPathComponent("none"), chatTemplate: .none, modelMaxLength: 1)
      }
    }
  }
}
