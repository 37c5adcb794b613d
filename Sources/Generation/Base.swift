public import Decoder
public import Files
public import Foundation
public import ModelConfiguration
public import Tokenization
public import Torch

/// A base model with its tokenizer: what experts are learned on and bound to.
public struct Base: Sendable {
  public let folder: URL
  public private(set) var model: DecoderModel
  public let tokenizer: any Tokenizer
  public let tokenizerDigest: Digest
  /// Whether canonically equal texts are one text to it (`Tokenizer.composesText`).
  public var composesText: Bool { tokenizer.composesText }
  /// The id that ends an answer.
  public let endToken: Int
  /// What in its files was wrong and has been put right, for people.
  public let warnings: [String]

  /// Vocabularies are often padded to a round size; a tokenizer smaller by more than this share belongs to another model.
  private static let paddingShare = 16

  /// Loads a Hugging Face folder with a `tokenizer.json` or a `hy.tiktoken`.
  /// - Throws: `ConfigurationError`, `DecoderError`, `TokenizationError`.
  public init(folder: URL, on device: Device = .cpu, precision: WeightMatrix.Precision? = nil) throws {
    self.folder = folder
    let stored = try DecoderModel(folder: folder, on: device, precision: precision)
    let cutter = try BPETokenizer(folder: folder)
    tokenizer = cutter
    tokenizerDigest = try cutter.digest(of: folder)
    let (size, known) = (stored.configuration.vocabularySize, tokenizer.vocabularySize)
    guard Self.vocabulary(size, suits: known) else {
      throw DecoderError.vocabularyMismatch(base: folder.path, model: size, tokenizer: known)
    }
    let tokens = try BaseTokens(
      stored.configuration, SpecialTokens(folder: folder, tokenizer: cutter), cutter)
    guard let end = tokens.end.first else { throw DecoderError.noEndToken(folder: folder.path) }
    model = stored.ending(at: tokens.end, padToken: tokens.pad)
    warnings = tokens.warnings
    endToken = end
  }

  /// The same base whose products are computed in another precision (`DecoderModel.computing(in:)`).
  public func computing(in precision: ComputePrecision) -> Base {
    var copy = self
    copy.model = model.computing(in: precision)
    return copy
  }

  /// Whether a model with so many rows belongs to a tokenizer with `known` ids.
  public static func vocabulary(_ size: Int, suits known: Int) -> Bool {
    known <= size && size - known <= size / paddingShare
  }

  /// A token to fill sequences with; it is never looked at.
  public var padToken: Int { model.configuration.padToken ?? endToken }
}
