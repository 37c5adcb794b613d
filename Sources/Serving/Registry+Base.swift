import Decoder
import Files
public import Foundation
public import Generation
public import Registry
public import Torch

extension BaseRecord {
  /// What a registry keeps of a base.
  ///
  /// - Parameter base: The base.
  /// - Parameter path: How people name it: its folder, or an embedded base's name.
  /// - Throws: An error of the encoder.
  public init(_ base: Base, path: String) throws {
    let configuration = try JSONFile.encode(base.model.declared, pretty: false)
    self.init(
      path: path, weights: base.model.digest,
      configuration: try JSONFile.decode(JSONTree.self, from: configuration, path: path),
      tokenizer: base.tokenizerDigest)
  }
}

extension Registry {
  /// Loads the registry's base.
  ///
  /// - Parameter folder: Where it is today; `nil`: where the registry says.
  /// - Parameter device: Where it goes.
  /// - Parameter precision: How its matrices are held; `nil`: as the version that is asked was learned.
  /// - Parameter task: What is asked, as people name it; `nil`: whatever is served, which is mostly as its files have it.
  /// - Throws: `RegistryError` for another base than the registry's; `DecoderError`, `TokenizationError`.
  public func loadBase(
    at folder: URL? = nil, on device: Device = .cpu, precision: WeightMatrix.Precision? = nil,
    answering task: String? = nil
  ) throws -> Base {
    let record = try base()
    let precision = try precision ?? basePrecision(answering: task)
    let base = try Base(
      folder: folder ?? URL(fileURLWithPath: record.path, relativeTo: url).standardizedFileURL, on: device,
      precision: precision)
    try requireBase(weights: base.model.digest, tokenizer: base.tokenizerDigest, at: base.folder.path)
    // Another rope_theta under the same weights is another model.
    let now = try BaseRecord(base, path: record.path).configuration
    if let known = record.configuration, let now, let changed = try Differences.together(known, now) {
      throw ServingError.otherConfiguration(
        base: base.folder.path, key: changed.key, expected: changed.first, got: changed.second)
    }
    return base
  }
}
