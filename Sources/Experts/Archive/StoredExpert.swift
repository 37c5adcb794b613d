import Decoder
public import Files
public import Foundation
public import ModelConfiguration
public import Torch

/// An expert's folder, opened to be served: an archive of ours, or an adapter that PEFT wrote.
public struct StoredExpert: Sendable {
  /// The base that an expert is to be plugged into.
  public struct Base: Sendable {
    /// What its files say of it.
    public let configuration: DecoderConfiguration
    /// SHA-256 over its weight files.
    public let digest: Digest
    /// SHA-256 of its `tokenizer.json`; `nil` where no text is read.
    public let tokenizerDigest: Digest?

    public init(_ configuration: DecoderConfiguration, digest: Digest, tokenizerDigest: Digest?) {
      self.configuration = configuration
      self.digest = digest
      self.tokenizerDigest = tokenizerDigest
    }
  }

  public let expert: LowRankExpert
  /// `nil`: PEFT's adapter, of which only names and shapes say that it fits the base.
  public let archive: ExpertArchive?
  /// The base that an adapter of PEFT's names; `nil`: it names none, or it is an archive of ours.
  public let namedBase: String?

  /// Opens a folder. Other experts beside it are not looked at.
  ///
  /// - Throws: ``ExpertError/otherBase(expert:expected:got:)``, ``ExpertError/otherConfiguration(expert:key:expected:got:)``,
  ///   ``ExpertError/otherTokenizer(expert:expected:got:)``, ``ExpertError/digestDiffers(expert:expected:got:)``,
  ///   ``ExpertError/configurationDiffers(folder:expected:got:)``,
  ///   ``ExpertError/partOfDualExpert(expert:)`` for an expert that is not all that serves its task, ``PEFTError``.
  public init(_ folder: URL, for base: Base, on device: Device = .cpu) throws {
    guard ExpertArchive.isArchive(folder) else {
      expert = try LowRankExpert(peft: folder, for: base.configuration, on: device)
      archive = nil
      let file = folder.appendingPathComponent(PEFTConfiguration.fileName)
      namedBase = try JSONFile.readObject(from: file, limit: PEFTConfiguration.sizeLimit)[
        ExactText("base_model_name_or_path")]?.string
      return
    }
    let archive = try ExpertArchive.read(folder)
    guard archive.baseDigest == base.digest else {
      throw ExpertError.otherBase(
        expert: archive.name, expected: archive.baseDigest.description, got: base.digest.description)
    }
    if let changed = try Differences.together(archive.baseConfiguration, base.configuration) {
      throw ExpertError.otherConfiguration(
        expert: archive.name, key: changed.key, expected: changed.first, got: changed.second)
    }
    if let tokenizer = base.tokenizerDigest, tokenizer != archive.tokenizerDigest {
      throw ExpertError.otherTokenizer(
        expert: archive.name, expected: archive.tokenizerDigest.description, got: tokenizer.description)
    }
    guard archive.isWhole else { throw ExpertError.partOfDualExpert(expert: archive.name) }
    try archive.verify(in: folder)
    expert = try LowRankExpert(peft: folder, for: base.configuration, on: device)
    self.archive = archive
    namedBase = nil
  }

  /// The base that the adapter names, where its last part is not the name of a folder, nor of the model that Hugging Face's cache has in it.
  ///
  /// - Parameter folder: The base that it is plugged into.
  public func otherBase(than folder: URL) -> String? {
    func last(_ path: some StringProtocol) -> String { path.split(separator: "/").last.map { $0.lowercased() } ?? "" }
    guard let namedBase, !last(namedBase).isEmpty else { return nil }
    // models--ORG--NAME/snapshots/COMMIT
    let parts = folder.standardizedFileURL.pathComponents.suffix(3).map { $0.lowercased() }
    let isCached = parts.first?.hasSuffix("--" + last(namedBase)) ?? false
    return isCached || parts.last == last(namedBase) ? nil : namedBase
  }
}
