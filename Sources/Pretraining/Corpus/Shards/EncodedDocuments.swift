import Foundation
import Tokenization

/// Some documents in a row as the bytes that shards hold.
struct EncodedDocuments: Sendable {
  /// The documents of one side.
  struct Side: Sendable {
    /// All tokens, little-endian.
    var bytes: [UInt8] = []
    /// How many tokens each document has, its end token included.
    var counts: [Int] = []
  }

  var train = Side()
  var heldOut = Side()
  var textBytes = 0
  var emptyDocuments = 0

  /// Tokenizes documents.
  ///
  /// - Throws: ``CorpusError`` that names the document's place, `TokenizationError`.
  init(_ documents: [RawDocument], _ tokenizer: CorpusTokenizer, _ rule: HeldOutRule) throws {
    for document in documents {
      let text = try document.text()
      textBytes += text.count
      guard !text.isEmpty else {
        emptyDocuments += 1
        continue
      }
      // A special token that is spelled in a document becomes its id, as in every text.
      let ids = try tokenizer.tokenizer.encode(String(decoding: text, as: UTF8.self), addSpecialTokens: false)
      if let id = ids.first(where: { !(0..<tokenizer.vocabularySize).contains($0) }) {
        throw CorpusError.tokenizer(
          .init(
            document.place, expected: "ids in 0..<\(tokenizer.vocabularySize)", got: "\(id)",
            fix: "The tokenizer contradicts itself; use another."))
      }
      if rule.holdsOut(text) {
        heldOut.append(ids, end: tokenizer.end, bytesPerToken: tokenizer.bytesPerToken)
      } else {
        train.append(ids, end: tokenizer.end, bytesPerToken: tokenizer.bytesPerToken)
      }
    }
  }
}

extension EncodedDocuments.Side {
  /// - Parameter ids: each known to fit into `bytesPerToken`, as `end` does.
  fileprivate mutating func append(_ ids: [Int], end: Int, bytesPerToken: Int) {
    counts.append(ids.count + 1)
    bytes.reserveCapacity(bytes.count + (ids.count + 1) * bytesPerToken)
    for id in ids { append(id, bytesPerToken) }
    append(end, bytesPerToken)
  }

  private mutating func append(_ id: Int, _ bytesPerToken: Int) {
    for shift in 0..<bytesPerToken { bytes.append(UInt8(truncatingIfNeeded: id >> (8 * shift))) }
  }
}
