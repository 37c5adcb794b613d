public import Pretraining

/// What a pretraining run tells while it works; values only, so that any front end can show it.
public enum PretrainingProgress: Sendable {
  case trainingTokenizer(bytesRead: Int, entries: Int, goal: Int)
  case tokenizing(TokenShards.Progress)
  case prepared(PretrainingManifest)
  case step(PretrainingReport, of: Int, tokensPerSecond: Double, secondsLeft: Double)
  case measured(HeldOutMeasurement)
  case checkpoint(step: Int)
}

/// The held-out loss at one moment; a line of `held-out.jsonl`.
public struct HeldOutMeasurement: Sendable, Equatable, Codable {
  /// Steps done.
  public var step: Int
  /// Mean of −ln p of the next token, over all sources' held-out windows.
  public var natsPerToken: Double
  /// The same for each byte of the text, in bits: by the share of tokens and bytes of the whole sources.
  public var bitsPerByte: Double
  /// Tokens that it is over.
  public var tokens: Int
  /// nats per token of each source.
  public var sources: [String: Double]
}
