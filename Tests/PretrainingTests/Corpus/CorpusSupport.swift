import Files
import Foundation
import Pretraining
import TestSupport
import Testing
import Tokenization

/// A folder that is removed when the test has let go of it.
final class CorpusScratch {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("accrete-corpus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  @discardableResult func write(_ content: Data, to name: String) throws -> URL {
    let file = url.appendingPathComponent(name)
    try content.write(to: file)
    return file
  }

  @discardableResult func write(_ content: String, to name: String) throws -> URL {
    try write(Data(content.utf8), to: name)
  }
}

/// Every UTF-8 byte is a token; 256 ends a document.
struct ByteTokens: Tokenizer {
  var vocabularySize = 257

  func encode(_ text: String, addSpecialTokens: Bool) throws -> [Int] { text.utf8.map(Int.init) }
  func decode(_ ids: [Int], skipSpecialTokens: Bool) throws -> String { "" }
  func textStream(skipSpecialTokens: Bool) -> TextStream { fatalError("no test asks for it") }
  func id(of token: String) -> Int? { nil }

  static func corpus(vocabularySize: Int = 257, digestOf name: String = "bytes", end: Int = 256) throws
    -> CorpusTokenizer
  {
    try CorpusTokenizer(ByteTokens(vocabularySize: vocabularySize), digest: Digest(of: Data(name.utf8)), end: end)
  }
}

/// The `CorpusError` of an operation without the scratch folder's name; what else happened in its place.
func corpusMessage(in folder: CorpusScratch, _ operation: () throws -> Void) -> String {
  do {
    try operation()
    return "no error"
  } catch {
    let kind = error is CorpusError || error is FileError ? "" : "another error: "
    return kind + "\(error)".replacingOccurrences(of: folder.url.path + "/", with: "")
  }
}

/// `windows.json`, which Scripts/goldens/window_goldens.py makes.
struct CorpusGoldens: Decodable {
  struct Permutation: Decodable {
    let count: Int
    let seed: String
    let source: String
    let sequenceLength: Int
    let epoch: Int
    let places: [Int]
    let windows: [Int]
  }
  struct DataMixture: Decodable {
    let weights: [Double]
    let seed: UInt64
    let stage: Int
    let block: Int
    let shares: [Int]
    let sources: String
  }
  struct Plan: Decodable {
    struct Source: Decodable {
      let name: String
      let tokens: Int
    }
    struct Stage: Decodable {
      let firstWindow: Int
      let count: Int
      let weights: [String: Double]
      let sequenceLength: Int
    }
    let seed: UInt64
    let sources: [Source]
    let stages: [Stage]
    let digest: Digest
    let places: [[Int]]

    func made() throws -> WindowPlan {
      try WindowPlan(
        seed: seed, sources: sources.map { .init(name: $0.name, tokens: $0.tokens) },
        stages: stages.map {
          .init(
            firstWindow: $0.firstWindow, count: $0.count, weights: $0.weights, sequenceLength: $0.sequenceLength)
        })
    }
  }
  struct Hash: Decodable {
    let text: String
    let hash: String
  }
  struct Shards: Decodable {
    struct Shard: Decodable {
      let tokens: Int
      let documents: Int
      let digest: Digest
    }
    enum CodingKeys: String, CodingKey {
      case heldOut, size, bytesPerToken, emptyDocuments, textBytes, train
      case heldOutShards = "held-out"
    }
    let heldOut: Double
    let size: Int
    let bytesPerToken: Int
    let emptyDocuments: Int
    let textBytes: Int
    let train: [Shard]
    let heldOutShards: [Shard]
  }
  let permutations: [Permutation]
  let mixtures: [DataMixture]
  let plan: Plan
  let hashes: [Hash]
  let shards: [Shards]
  let documents: [String]
  let gzipText: Digest

  static func resource(_ name: String) throws -> URL {
    try #require(Bundle.module.url(forResource: "Resources", withExtension: nil)).appendingPathComponent(name)
  }

  static func read() throws -> CorpusGoldens {
    try JSONDecoder().decode(CorpusGoldens.self, from: Data(contentsOf: resource("windows.json")))
  }

  /// The documents as rows.
  func rows() throws -> String {
    let encoder = JSONEncoder()
    return try documents.map { String(decoding: try encoder.encode(["text": $0]), as: UTF8.self) + "\n" }.joined()
  }
}
