public import Decoder
public import Files
public import Foundation
public import Torch

/// An expert's folder, opened to be served: an archive of ours, or an adapter that PEFT wrote.
public struct StoredExpert: Sendable {
  /// The base that an expert is to be plugged into.
  public struct Base: Sendable {
    public let configuration: DecoderConfiguration
    /// SHA-256 over its weight files.
    public let digest: Digest
    /// SHA-256 of its `tokenizer.json`; nil where no text is read.
    public let tokenizerDigest: Digest?

    public init(_ configuration: DecoderConfiguration, digest: Digest, tokenizerDigest: Digest?) {
      self.configuration = configuration
      self.digest = digest
      self.tokenizerDigest = tokenizerDigest
    }
  }

  public let expert: LowRankExpert
  /// nil: PEFT's adapter, of which only names and shapes say that it fits the base.
  public let archive: ExpertArchive?

  /// Opens a folder. Other experts beside it are not looked at.
  ///
  /// - Throws: ``ExpertError/otherBase(expert:expected:got:)``, ``ExpertError/digestDiffers(expert:expected:got:)``,
  ///   ``ExpertError/partOfMixture(expert:)`` for an expert that is not all that serves its task, ``PEFTError``.
  public init(_ folder: URL, for base: Base, on device: Device = .cpu) throws {
    guard ExpertArchive.isArchive(folder) else {
      expert = try LowRankExpert(peft: folder, for: base.configuration, on: device)
      archive = nil
      return
    }
    let archive = try ExpertArchive.read(folder)
    guard archive.baseDigest == base.digest else {
      throw ExpertError.otherBase(
        expert: archive.name, expected: archive.baseDigest.description, got: base.digest.description)
    }
    if let tokenizer = base.tokenizerDigest, tokenizer != archive.tokenizerDigest {
      throw ExpertError.otherTokenizer(
        expert: archive.name, expected: archive.tokenizerDigest.description, got: tokenizer.description)
    }
    guard archive.isWhole else { throw ExpertError.partOfMixture(expert: archive.name) }
    try archive.verify(in: folder)
    let expert = try LowRankExpert(peft: folder, for: base.configuration, on: device)
    // The tensors have a digest, the configuration beside them has not: it has to say what was recorded.
    guard expert.shape.equals(archive.shape) else {
      throw ExpertError.configurationDiffers(
        folder: folder.path, expected: archive.shape.summary, got: expert.shape.summary)
    }
    self.expert = expert
    self.archive = archive
  }
}

extension LowRankShape {
  /// The same shape, whatever the order of the projections.
  fileprivate func equals(_ other: LowRankShape) -> Bool {
    rank == other.rank && alpha == other.alpha && dropout == other.dropout
      && Set(projections) == Set(other.projections) && routed == other.routed
  }

  fileprivate var summary: String {
    "rank \(rank), alpha \(alpha), dropout \(dropout) on \(projections.map(\.rawValue).sorted().joined(separator: ", "))"
      + (routed ? ", also of routed experts" : "")
  }
}
