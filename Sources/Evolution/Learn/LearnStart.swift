import Decoder
public import Experts
import Files
public import Foundation
public import Generation
import Learning
import Records
public import Registry
public import Serving
public import TaskModels

/// What a task's training starts from: an expert that is there already.
public struct LearnStart: Sendable {
  public let expert: LowRankExpert
  /// How it was called: `spam@1`, or a folder.
  public let name: String
  /// `nil`: it comes from outside of the registry.
  public let version: VersionRecord?
  /// The base that an adapter of PEFT's names, where this one is called otherwise; `nil`: nothing is known against it.
  public let namedBase: String?

  /// The expert of a version.
  /// - Throws: ``EvolutionError/unsupported(what:fix:)`` where a closed-form head answers alone.
  public init(_ served: ServedTask) throws {
    name = "\(served.version.reference)"
    version = served.version
    namedBase = nil
    guard let expert = served.runner.model.expert else {
      throw EvolutionError.unsupported(
        what: "--start-from \(name): it has no expert, as its closed-form head answers alone",
        fix: "Learn without --start-from.")
    }
    // As an adapter's folder gives it: training goes on in float32.
    self.expert = try expert.widened()
  }

  /// A folder of an expert, or of an adapter that PEFT wrote.
  ///
  /// - Throws: `ExpertError`, `PEFTError`: what does not fit the base.
  public init(_ folder: URL, on base: Base) throws {
    name = folder.path
    version = nil
    let stored = try StoredExpert(
      folder,
      for: StoredExpert.Base(base.model.declared, digest: base.model.digest, tokenizerDigest: base.tokenizerDigest),
      on: base.model.device)
    expert = stored.expert
    namedBase = stored.otherBase(than: base.folder)
  }

  /// Whether it plugs into the projections that the method `accrete` needs.
  public var hasFeedForward: Bool { expert.shape.projections.contains { $0 == .gate || $0 == .up } }

  /// Writes its rank, alpha, projections and digest into options, whatever they said.
  ///
  /// - Throws: ``EvolutionError/unsupported(what:fix:)`` for a shape that `learn` does not train.
  public func apply(to options: inout LearnOptions) throws {
    let shape = expert.shape
    guard !shape.routed else {
      throw EvolutionError.unsupported(
        what: "--start-from \(name): it plugs into routed experts", fix: "Start from one that does not.")
    }
    guard options.outputHead != .ridge else {
      throw EvolutionError.unsupported(
        what: "--start-from \(name) with --output-head ridge, which trains no expert",
        fix: "Leave one of the two out.")
    }
    guard options.method != "accrete" || hasFeedForward else {
      throw EvolutionError.unsupported(
        what:
          "--start-from \(name) with --method accrete, which needs gate_proj or up_proj: it plugs into \(shape.projections.map(\.rawValue).joined(separator: ", "))",
        fix: "Use --method per-task.")
    }
    // Untrained it becomes a version as it is, not a reason to do without it.
    if options.maxEpochs == 0, options.outputHead == nil { options.outputHead = .label }
    options.rank = shape.rank
    options.alpha = shape.alpha
    options.targetModules = shape.projections.map(\.rawValue).joined(separator: ",")
    options.start = try ExpertArchive.tensorsDigest(of: expert)
  }
}
