public import Foundation

/// A byte-level BPE tokenizer as ``BPETrainer`` has learned it.
public struct TrainedTokenizer: Sendable, Equatable {
  /// Why the training ended.
  public enum Stop: Sendable, Equatable, CustomStringConvertible {
    /// There are as many ids as were asked for.
    case sizeReached
    /// Every piece of the texts is one token: there is nothing left to merge.
    case noPairLeft
    /// The pairs that are left are rarer than the minimum frequency; the most frequent of them is that often in the texts.
    case pairsTooRare(highestCount: Int)

    public var description: String {
      switch self {
      case .sizeReached: "the size is reached"
      case .noPairLeft: "every piece of the text is one token, and nothing is left to merge"
      case .pairsTooRare(let highest):
        "no pair is as frequent as asked for; the most frequent one is there \(highest == 1 ? "once" : "\(highest) times")"
      }
    }
  }

  /// Two tokens that become one, by their ids.
  public struct Merge: Sendable, Equatable {
    public let left: Int
    public let right: Int
  }

  /// How each token is spelled, by id: special tokens as they are, others in the byte-level alphabet ("Ġ" is a space).
  public let tokens: [String]
  /// The merges, the earliest first.
  public let merges: [Merge]
  /// What was asked for.
  public let options: BPETrainer.Options
  /// Why there are not more tokens.
  public let stop: Stop

  /// The number of ids.
  public var vocabularySize: Int { tokens.count }

  init(_ vocabulary: TrainingVocabulary, options: BPETrainer.Options, stop: Stop) {
    tokens = vocabulary.spellings.map { String(decoding: $0, as: UTF8.self) }
    merges = vocabulary.merges.map { Merge(left: Int($0.left), right: Int($0.right)) }
    self.options = options
    self.stop = stop
  }

  /// The bytes of its `tokenizer.json`: those that Python's `tokenizers` writes for the same tokenizer.
  public var json: Data { Data(TokenizerJSON(self).bytes) }

  /// The tokenizer, ready for use, as it is read from ``json``.
  ///
  /// - Throws: `TokenizationError` where a special token makes it one that cannot be read.
  public func tokenizer() throws -> BPETokenizer { try BPETokenizer(data: json, file: "tokenizer.json") }
}
