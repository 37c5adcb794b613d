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
  /// All documents, empty ones too.
  let documents: Int

  /// Tokenizes documents.
  ///
  /// - Throws: ``CorpusError`` that names the document's place, `TokenizationError`.
  init(_ documents: [RawDocument], _ tokenizer: CorpusTokenizer, _ rule: HeldOutRule) throws {
    self.documents = documents.count
    for document in documents {
      let text = try document.text()
      textBytes += text.count
      guard !text.isEmpty else {
        emptyDocuments += 1
        continue
      }
      for part in rule.parts(of: text, isOnly: document.isOnly) { try append(part, tokenizer, document.place) }
    }
  }

  /// What spells a special token is text: only the tokens between documents are ends.
  private mutating func append(_ part: HeldOutRule.Part, _ tokenizer: CorpusTokenizer, _ place: String) throws {
    let ids = try tokenizer.tokenizer.encodePlain(String(decoding: part.text, as: UTF8.self))
    if let id = ids.first(where: { !(0..<tokenizer.vocabularySize).contains($0) }) {
      throw CorpusError.tokenizer(
        .init(
          place, expected: "ids in 0..<\(tokenizer.vocabularySize)", got: "\(id)",
          fix: "The tokenizer contradicts itself; use another."))
    }
    switch part.side {
    case .train: train.append(ids, end: tokenizer.end, bytesPerToken: tokenizer.bytesPerToken)
    case .heldOut: heldOut.append(ids, end: tokenizer.end, bytesPerToken: tokenizer.bytesPerToken)
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
