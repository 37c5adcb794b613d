public import Files
public import Foundation

/// What is wrong with the text or the tokens of a pretraining, by family; every one says where, and what to do.
public enum CorpusError: AccreteError, Sendable, Equatable {
  /// A text file that is missing, unreadable, of an unknown kind, or that changed while it was read.
  case file(Detail)
  /// A gzipped file that is cut short, broken, or that unpacks to too much.
  case gzip(Detail)
  /// Bytes that are not UTF-8 text, or a line or document that is too long.
  case text(Detail)
  /// A line that is not a JSON object with a text.
  case row(Detail)
  /// A source without files or with an impossible name, or a share of held-out documents that is none.
  case source(Detail)
  /// A tokenizer without an end token, or that gives ids it does not have.
  case tokenizer(Detail)
  /// A shard, or the `tokens.json` beside it, that is not what was written.
  case shard(Detail)
  /// Stages or weights that say nothing, or ask for what a source does not have.
  case plan(Detail)

  /// Where it is, what it is, and what to do about it.
  public struct Detail: Sendable, Equatable {
    /// The file with its line, the source or the stage.
    public let location: String
    /// What was expected there.
    public let expected: String
    /// What was found instead.
    public let got: String
    /// What the user can do, as a sentence.
    public let fix: String

    public init(_ location: String, expected: String, got: String, fix: String) {
      self.location = location
      self.expected = expected
      self.got = got
      self.fix = fix
    }
  }

  public var category: ErrorCategory {
    switch self {
    case .file, .gzip, .text, .row, .source, .tokenizer, .plan: .data
    case .shard: .damaged
    }
  }

  /// Where it is, what it is, and what to do about it.
  public var detail: Detail {
    switch self {
    case .file(let detail), .gzip(let detail), .text(let detail), .row(let detail), .source(let detail),
      .tokenizer(let detail), .shard(let detail), .plan(let detail):
      detail
    }
  }
}

extension CorpusError: LocalizedError {
  /// One line: `LOCATION: expected …, got …. Fix: …`.
  public var description: String {
    "\(detail.location): expected \(detail.expected), got \(detail.got). Fix: \(detail.fix)".onOneLine
  }

  /// The same line, for `localizedDescription`.
  public var errorDescription: String? { description }
}
