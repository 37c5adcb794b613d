import Files
import Foundation
import Randomness

/// What requests ask: words of a list, or the prompts of a file.
struct PromptSource: Sendable {
  /// Of a file; none: words are drawn.
  private let texts: [String]
  private let seed: UInt64
  /// Which part of a prompt, from its beginning, all prompts have in common.
  private let sharedPrefix: Double

  /// - Parameters:
  ///   - texts: Prompts of a file; none: words are drawn.
  ///   - seed: The measurement's.
  ///   - sharedPrefix: Of words that are drawn the share, from the beginning, that is the same in all prompts.
  init(texts: [String] = [], seed: UInt64, sharedPrefix: Double = 0) {
    (self.texts, self.seed) = (texts, seed)
    self.sharedPrefix = min(max(sharedPrefix, 0), 1)
  }

  /// The prompt of a request: a function of the seed and its number alone.
  ///
  /// - Parameters:
  ///   - number: Of the request; of those that only warm up it is negative, so that their prompts are others.
  ///   - words: How long it is; a file's prompts are as long as they are.
  func prompt(_ number: Int, words: Int) -> String {
    if !texts.isEmpty { return texts[Int(number.magnitude % UInt(texts.count))] }
    let count = max(words, 1)
    let shared = Int(exactly: (Double(count) * sharedPrefix).rounded(.down)) ?? 0
    var (common, own) = (
      RandomStream(seed: seed, "bench", "shared prompt"), RandomStream(seed: seed, "bench", "prompt", String(number))
    )
    return (0..<count).map { position in
      Words.all[position < shared ? common.below(Words.all.count) : own.below(Words.all.count)]
    }.joined(separator: " ")
  }

  /// How many words a prompt has.
  static func words(of text: String) -> Int { text.split(whereSeparator: \.isWhitespace).count }

  /// What a file of prompts may have at most.
  static let fileLimit = 64 << 20

  /// Reads a file with a prompt on each line: a JSON string, or an object with `prompt`.
  /// - Throws: `FileError`; ``BenchError/data(path:reason:)`` with the line.
  static func texts(of file: URL) throws -> [String] {
    let mapped = try MappedFile(file)
    guard mapped.bytes.count <= fileLimit else {
      throw FileError.tooLarge(path: file.path, bytes: mapped.bytes.count, limit: fileLimit)
    }
    var texts: [String] = []
    try mapped.data().forEachLine { number, line in
      // A file from another system ends its lines with a carriage return, which JSON takes as space.
      guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) else { return }
      let tree: JSONTree
      do {
        tree = try JSONTree(Data(line))
      } catch let failure as JSONTree.Failure {
        throw BenchError.data(path: file.path, reason: "line \(number): \(failure.text)")
      }
      guard let text = tree.string ?? tree["prompt"]?.string, !text.isEmpty else {
        throw BenchError.data(
          path: file.path,
          reason: "line \(number): a JSON string or an object with a text `prompt` expected, got \(tree)")
      }
      texts.append(text)
    }
    guard !texts.isEmpty else {
      throw BenchError.data(path: file.path, reason: "no prompt is in it: a line of JSON for each expected")
    }
    return texts
  }
}
