import Files
import Foundation

/// `tokens.json`: what lies in a folder of shards, and of what it was made.
struct ShardManifest: Codable, Equatable {
  static let fileName = "tokens.json"
  static let currentFormat = "accrete-tokens-2"
  /// The most bytes that are read of one; a source has a line or two for each file of tokens and of text.
  static let sizeLimit = 16 << 20

  /// Names the form of the file.
  var format = currentFormat
  var tokenizerDigest: Digest
  var vocabularySize: Int
  /// The token after each document.
  var endToken: Int
  /// 2 or 4.
  var bytesPerToken: Int
  /// The share of documents that is held out.
  var heldOut: Double
  var sources: [Source]

  struct Source: Codable, Equatable {
    var name: String
    /// What the tokens were made of, in order.
    var files: [TextFile]
    /// The field of rows that has the text; `nil`: `text`.
    var field: String?
    /// Bytes of UTF-8 of all documents.
    var textBytes: Int
    /// Documents without text, which were skipped.
    var emptyDocuments: Int
    var train: [Shard]
    var heldOut: [Shard]

    subscript(side: CorpusSide) -> [Shard] { side == .train ? train : heldOut }
  }

  struct TextFile: Codable, Equatable {
    var name: String
    /// As it lies on the disk, packed or not.
    var bytes: Int
    var digest: Digest
  }

  struct Shard: Codable, Equatable {
    var file: String
    var tokens: Int
    /// Documents whose end token lies in the shard.
    var documents: Int
    var digest: Digest
  }

  /// The name of a shard: `SOURCE-train-00000.tokens`.
  static func shardName(source: String, side: CorpusSide, number: Int) -> String {
    let digits = String(number)
    let zeros = String(repeating: "0", count: max(0, 5 - digits.count))
    return "\(source)-\(side.rawValue)-\(zeros)\(digits).tokens"
  }

  /// Whether a folder's file has the name of a shard.
  static func isShardName(_ name: String) -> Bool {
    guard name.hasSuffix(".tokens") else { return false }
    let parts = name.dropLast(".tokens".count).split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count >= 3, let digits = parts.last, digits.utf8.count >= 5,
      digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return false }
    return parts[parts.count - 2] == "train" || parts.suffix(3).dropLast() == ["held", "out"]
  }
}
