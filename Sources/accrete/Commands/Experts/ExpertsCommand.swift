import ArgumentParser
import Decoder
import Experts
import Files
import Foundation
import Runs

struct ExpertsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "experts",
    abstract: "Learned experts on disk: list, show, export to PEFT and import from it, merge into a base.",
    subcommands: [
      ExpertsListCommand.self, ExpertsShowCommand.self, ExpertsExportCommand.self, ExpertsImportCommand.self,
      ExpertsMergeCommand.self,
    ])
}

/// An archive as the commands print it.
struct ExpertLine: Encodable {
  let folder: String
  let state: String
  var reason: String?
  var name: String?
  var method: String?
  var rank: Int?
  var alpha: Double?
  var projections: [String]?
  /// Whether it plugs into routed experts, too; `nil`: no.
  var routedExperts: Bool?
  var bytes: Int?
  var tensorsDigest: Digest?
  var baseDigest: Digest?
  var tokenizerDigest: Digest?
  var promptDigest: Digest?

  init(_ entry: ExpertRegistry.Entry) {
    switch entry.state {
    case .adapter: self.init(folder: entry.folder, state: "adapter")
    case .damaged(let reason):
      self.init(folder: entry.folder, state: "damaged")
      self.reason = reason
    case .stored(let archive): self.init(archive, folder: entry.folder)
    }
  }

  /// An adapter's own folder.
  static func adapter(_ url: URL) -> ExpertLine { ExpertLine(folder: url.lastPathComponent, state: "adapter") }

  /// Whether a folder is that of one adapter in PEFT's form, which is no expert of ours.
  static func isAdapter(_ url: URL) -> Bool {
    FolderFile.exists("adapter_config.json", in: url) && !ExpertArchive.isArchive(url)
  }

  private init(folder: String, state: String) {
    self.folder = folder
    self.state = state
  }

  init(_ archive: ExpertArchive, folder: String) {
    self.init(folder: folder, state: "stored")
    name = archive.name
    method = archive.method
    rank = archive.shape.rank
    alpha = archive.shape.alpha
    projections = archive.shape.projections.map(\.rawValue)
    routedExperts = archive.shape.routed ? true : nil
    bytes = archive.bytes
    tensorsDigest = archive.tensorsDigest
    baseDigest = archive.baseDigest
    tokenizerDigest = archive.tokenizerDigest
    promptDigest = archive.promptDigest
  }
}

/// The first digits of a digest, as people compare them.
func short(_ digest: Digest) -> String { String(digest.description.dropFirst("sha256:".count).prefix(12)) }
