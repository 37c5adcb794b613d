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
  /// - Parameter check: Called now and then, also within a long document; what it throws ends the work.
  /// - Throws: ``CorpusError`` that names the document's location, `TokenizationError`.
  init(
    _ documents: [RawDocument], _ tokenizer: CorpusTokenizer, _ rule: HeldOutRule, check: () throws -> Void = {}
  ) throws {
    self.documents = documents.count
    for document in documents {
      let text = try document.text()
      textBytes += text.count
      guard !text.isEmpty else {
        emptyDocuments += 1
        continue
      }
      for part in rule.parts(of: text, isOnly: document.isOnly) {
        try append(part, tokenizer, document.location, check)
      }
    }
  }

  /// What spells a special token is text: only the tokens between documents are ends.
  private mutating func append(
    _ part: HeldOutRule.Part, _ tokenizer: CorpusTokenizer, _ location: String, _ check: () throws -> Void
  ) throws {
    var side = part.side == .train ? train : heldOut
    // One owner, so that what is appended is not copied first.
    if part.side == .train { train = Side() } else { heldOut = Side() }
    var count = 0
    try tokenizer.tokenizer.encodePlain(String(decoding: part.text, as: UTF8.self)) { ids in
      if let id = ids.first(where: { !(0..<tokenizer.vocabularySize).contains($0) }) {
        throw CorpusError.tokenizer(
          .init(
            location, expected: "ids in 0..<\(tokenizer.vocabularySize)", got: "\(id)",
            fix: "The tokenizer contradicts itself; use another."))
      }
      for id in ids { side.append(id, tokenizer.bytesPerToken) }
      count += ids.count
      try check()
    }
    side.append(tokenizer.end, tokenizer.bytesPerToken)
    side.counts.append(count + 1)
    if part.side == .train { train = side } else { heldOut = side }
  }
}

extension EncodedDocuments.Side {
  /// - Parameter id: Known to fit into `bytesPerToken`.
  fileprivate mutating func append(_ id: Int, _ bytesPerToken: Int) {
    for shift in 0..<bytesPerToken { bytes.append(UInt8(truncatingIfNeeded: id >> (8 * shift))) }
  }
}
