import Decoder
import Files
public import Foundation
import Learning
import Records
import Torch

/// Whether a run's folder still holds what was learned and measured: every digest computed again, and every result from what it
/// follows from.
public struct RunVerification: Sendable, Codable {
  /// One thing that was looked at.
  public struct Check: Sendable, Codable, Equatable {
    public let what: String
    public let ok: Bool
    /// What was found; for a failure with what was expected.
    public let found: String
  }

  public let folder: String
  public private(set) var checks: [Check] = []

  public var failures: [Check] { checks.filter { !$0.ok } }

  /// - Parameters:
  ///   - url: The run's folder.
  ///   - recomputing: Whether what follows from other things is computed again; otherwise the files' digests alone.
  ///   - report: Told of each check as soon as it is done.
  /// - Throws: What keeps it from looking at all: no run, or a manifest that can't be read or is not what was written.
  public init(_ url: URL, recomputing: Bool = true, report: (Check) -> Void = { _ in }) throws {
    let folder = RunFolder(url)
    self.folder = url.path
    let manifest = try folder.readManifest()
    var inspection = Inspection(folder: folder, manifest: manifest)
    let steps: [(String, (inout Inspection) throws -> String)] = [
      ("files as they were written", { try $0.files() }),
      ("configuration", { try $0.configuration() }), ("base, tokenizer, prompts and data", { try $0.sources() }),
      ("checkpoints", { try $0.checkpoints() }), ("experts", { try $0.experts() }),
      ("matrix from predictions", { try $0.matrix() }), ("inferred matrix from predictions", { try $0.routing() }),
      ("metrics from matrix", { try $0.metrics() }),
      ("events", { try $0.events() }),
    ]
    for (what, step) in recomputing ? steps[...] : steps.prefix(1) {
      let check: Check
      do {
        check = Check(what: what, ok: true, found: try step(&inspection))
      } catch {
        check = Check(what: what, ok: false, found: "\(error)")
      }
      checks.append(check)
      report(check)
    }
  }
}

/// What is wrong with a run's folder.
enum VerificationError: AccreteError {
  case differs(what: String, recorded: String, now: String)
  case missing(what: String)
  case notSealed
  case several(String)

  var category: ErrorCategory { if case .notSealed = self { .data } else { .damaged } }

  var description: String {
    switch self {
    case .differs(let what, let recorded, let now): "\(what): recorded \(recorded), now \(now)"
    case .missing(let what): "\(what) is missing"
    case .notSealed: "an earlier version made this run, without seal.json: changes of its files cannot be seen"
    case .several(let problems): problems
    }
  }
}
