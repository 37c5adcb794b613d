/// The held-out loss at one moment; a line of `held-out.jsonl`.
public struct HeldOutMeasurement: Sendable, Equatable, Codable {
  /// Steps done.
  public var step: Int
  /// Mean of −ln p of the next token, over all sources' held-out windows.
  public var natsPerToken: Double
  /// Σ −log2 p over these tokens / the bytes of the text that they spell.
  public var bitsPerByte: Double
  /// Tokens that it is over.
  public var tokens: Int
  /// UTF-8 of the text that they spell; end tokens have none. `nil`: measured by an earlier version, whose bits per byte are by the tokens
  /// and bytes of the whole sources.
  public var bytes: Int?

  /// What the loss is over, for people.
  public var extent: String { "n = \(tokens) tokens" + (bytes.map { ", \($0) bytes" } ?? "") }
  /// nats per token of each source.
  public var sources: [String: Double]

  package init(
    step: Int, natsPerToken: Double, bitsPerByte: Double, tokens: Int, bytes: Int? = nil, sources: [String: Double]
  ) {
    self.step = step
    self.natsPerToken = natsPerToken
    self.bitsPerByte = bitsPerByte
    self.tokens = tokens
    self.bytes = bytes
    self.sources = sources
  }
}
