import Decoder
public import Files
public import Foundation
public import ModelConfiguration
import Torch

/// A learned expert on disk: PEFT's two files, and `expert.json` with what it is bound to.
public struct ExpertArchive: Sendable, Equatable, Codable {
  public var name: String
  /// The method that learned it. A dedicated expert of MoE-CL is served together with that run's shared expert and gates.
  public var method: String
  public var shape: LowRankShape
  public var baseDigest: Digest
  /// What the base's `config.json` and `generation_config.json` said: the same weights compute something else under another.
  public var baseConfiguration: DecoderConfiguration
  public var tokenizerDigest: Digest
  /// `nil`: unknown, as of an adapter that another program trained.
  public var promptDigest: Digest?
  /// SHA-256 of `adapter_model.safetensors`.
  public var tensorsDigest: Digest
  /// Its size.
  public var bytes: Int
  /// SHA-256 of `adapter_config.json`.
  public var configurationDigest: Digest
  /// SHA-256 of `expert.json` with zeros in its stead: with it the archive is bound as a whole.
  var digest = SealedJSON.blank

  static let archiveFile = "expert.json"
  /// The files of an archive.
  public static let files = [archiveFile, PEFTConfiguration.fileName, PEFTNames.fileName]
  /// The method whose experts compute nothing by themselves.
  static let dualExpertMethod = "moe-cl"

  /// Whether the expert is all that serves its task.
  public var isWhole: Bool { method != Self.dualExpertMethod }

  /// Stores an expert.
  ///
  /// - Returns: The archive as written.
  /// - Throws: ``ExpertError/unsafeName(_:)``, `FileError`.
  public static func write(
    _ expert: LowRankExpert, name: String, method: String, baseDigest: Digest,
    baseConfiguration: DecoderConfiguration, tokenizerDigest: Digest, promptDigest: Digest?, to folder: URL
  ) throws -> ExpertArchive {
    guard isSafe(name) else { throw ExpertError.unsafeName(name) }
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch CocoaError.fileWriteOutOfSpace {
      throw FileError.diskFull(path: folder.path)
    } catch {
      throw FileError.notWritable(path: folder.path, reason: error.localizedDescription)
    }
    let url = folder.appendingPathComponent(PEFTNames.fileName)
    let digest = try SafetensorsFile.write(expert.peftTensors, metadata: ["format": "pt"], to: url)
    let configuration = folder.appendingPathComponent(PEFTConfiguration.fileName)
    try JSONFile.write(PEFTConfiguration.Form(expert.shape), to: configuration)
    let archive = ExpertArchive(
      name: name, method: method, shape: expert.shape, baseDigest: baseDigest, baseConfiguration: baseConfiguration,
      tokenizerDigest: tokenizerDigest, promptDigest: promptDigest, tensorsDigest: digest,
      bytes: try MappedFile(url).bytes.count, configurationDigest: try Digest(ofFile: configuration))
    return try archive.write(to: folder)
  }

  /// Writes `expert.json` with its digest.
  /// - Returns: The archive with that digest.
  @discardableResult
  func write(to folder: URL) throws -> ExpertArchive {
    var archive = self
    archive.digest = SealedJSON.blank
    let data = try SealedJSON.encode(archive)
    try AtomicFile.write(data, to: folder.appendingPathComponent(Self.archiveFile))
    return try JSONFile.decode(ExpertArchive.self, from: data, path: Self.archiveFile)
  }

  /// The digest that an expert's `adapter_model.safetensors` would have.
  public static func tensorsDigest(of expert: LowRankExpert) throws -> Digest {
    try SafetensorsFile.digest(of: expert.peftTensors, metadata: ["format": "pt"])
  }

  /// A name that is a plain file name.
  public static func isSafe(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 128 && !name.hasPrefix(".")
      && name.utf8.allSatisfy { byte in
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
          || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "._-".utf8.contains(byte)
      }
  }
}
