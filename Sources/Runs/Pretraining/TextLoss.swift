import Decoder
import Foundation
public import Generation
import ModelConfiguration
public import Pretraining
import Records
import Tokenization
import Torch

/// How well a base predicts the documents of a source.
public struct TextLoss: Sendable, Codable, Equatable {
  /// Mean of −ln p over all tokens, each document's end token included.
  public var natsPerToken: Double
  /// Σ −log2 p over the tokens / bytes of UTF-8 of the documents: comparable between tokenizers.
  public var bitsPerByte: Double
  public var tokens: Int
  public var bytes: Int
  public var documents: Int
  /// Tokens of a window: what a token sees at most.
  public var length: Int

  /// Windows at a time.
  private static let batch = 16

  /// - Parameters:
  ///   - base: The model and its tokenizer.
  ///   - source: The documents.
  ///   - length: Tokens of a window.
  ///   - heldOut: Of these documents only; `nil`: of all.
  ///   - maxTokens: Ends after the document that reaches it.
  /// - Throws: `RunError.invalidConfiguration(key:got:allowed:)`, `CorpusError`, `TokenizationError`, `TorchError`,
  ///   `DecoderError.resultNotFinite(what:)` where the base's numbers overflow.
  public init(_ base: Base, source: TextSource, length: Int, heldOut: HeldOutRule?, maxTokens: Int?) throws {
    guard (1...base.model.configuration.maxPositions).contains(length) else {
      throw RunError.invalidConfiguration(
        key: "length", got: "\(length)", allowed: "1 to \(base.model.configuration.maxPositions), what the base reads")
    }
    var reader = DocumentReader(source)
    var (sum, count, bytes, documents) = (0.0, 0, 0, 0)
    var waiting: [[Int]] = []
    func measure() throws {
      guard !waiting.isEmpty else { return }
      let batch = try TokenBatch(waiting.map { Array($0.dropLast()) }, on: base.model.device)
      sum += try base.model.nextTokenLoss(
        batch, targets: Tensor(waiting.flatMap { $0.dropFirst() }, on: base.model.device))
      guard sum.isFinite else { throw DecoderError.resultNotFinite(what: "the base's predictions of the text") }
      waiting = []
    }
    let rule = try heldOut ?? HeldOutRule(share: 0)
    while count < maxTokens ?? .max, let parts = try reader.nextParts(rule) {
      guard let document = parts.first(where: { heldOut == nil || $0.side == .heldOut })?.text else { continue }
      let own = try base.tokenizer.encodePlain(String(decoding: document, as: UTF8.self))
      let ids = [base.endToken] + own + [base.endToken]
      for start in stride(from: 0, to: ids.count - 1, by: length) {
        waiting.append(Array(ids[start..<min(start + length + 1, ids.count)]))
        if waiting.count == Self.batch { try measure() }
      }
      count += ids.count - 1
      bytes += document.count
      documents += 1
    }
    try measure()
    guard count > 0, bytes > 0 else {
      throw RunError.invalidConfiguration(
        key: "text", got: "no document\(heldOut == nil ? "" : " that is held out")", allowed: "files with text")
    }
    (natsPerToken, tokens, self.bytes, self.documents) = (sum / Double(count), count, bytes, documents)
    bitsPerByte = sum / log(2) / Double(bytes)
    self.length = length
  }
}
