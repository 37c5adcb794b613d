import Decoder
import Files
public import Foundation
public import Generation
public import Learning
public import Registry
import Tokenization
public import Torch

/// Tells which released task a text belongs to, or that none claims it.
public struct RequestRouter {
  /// Where one text goes.
  public struct Route: Sendable, Equatable, Codable {
    /// `nil`: no task claims it.
    public let task: String?
    /// p of the nearest task among the known ones.
    public let confidence: Double
    /// How far the text is from the nearest task: about 1 for a text of a known task.
    public let distance: Double
    /// The nearest task, whether it claims the text or not.
    public let nearest: String
    /// The distance from each task, in the same units.
    public let distances: [String: Double]
  }

  public let record: RouterRecord
  private let router: GaussianRouter
  private let metric: GaussianRouter.Metric

  /// - Parameter record: Which tasks.
  /// - Parameter sums: Of each task, in the order of the record.
  /// - Throws: `LearningError`, `TorchError`.
  public init(_ record: RouterRecord, sums: [TaskSums]) throws {
    self.record = record
    router = try GaussianRouter(sums, view: record.view, unknownDistance: record.unknownDistance)
    metric = try router.metric()
  }

  /// Routes texts.
  ///
  /// - Parameter texts: As they come, without instruction.
  /// - Parameter base: The base that the sums were taken with.
  /// - Parameter maxLength: The most tokens that are looked at, the last ones.
  public func routes(_ texts: [String], on base: Base, maxLength: Int = RequestRouter.usualLength) throws -> [Route] {
    try routes(features: Self.features(texts, view: record.view, on: base, maxLength: maxLength))
  }

  /// The same of what is kept of texts. `features`: [rows, width]
  public func routes(features: Tensor) throws -> [Route] {
    guard !record.tasks.isEmpty else { return [] }
    return try router.explained(features, metric).map { decision, distances in
      let nearest = distances.indices.reduce(0) { distances[$1] < distances[$0] ? $1 : $0 }
      return Route(
        task: decision.arrival.map { record.tasks[$0].task }, confidence: decision.confidence,
        distance: decision.distance, nearest: record.tasks[nearest].task,
        distances: Dictionary(
          zip(record.tasks.map(\.task), distances), uniquingKeysWith: { first, _ in first }))
    }
  }

  /// Tokens of a text that a router looks at, at most.
  public static let usualLength = 256

  /// What a router sees of texts. [rows, width]
  public static func features(
    _ texts: [String], view: RequestView, on base: Base, maxLength: Int = usualLength
  ) throws -> Tensor {
    let ids = try texts.map { text in
      let ids = try base.tokenizer.encode(text, addSpecialTokens: false)
      // An empty text has no features of its own: the end token stands for it.
      return ids.isEmpty ? [base.endToken] : Array(ids.suffix(min(maxLength, base.model.configuration.maxPositions)))
    }
    return try RequestFeatures(base.model, view: view, pad: base.padToken).features(ids)
  }
}

extension Registry {
  /// The role of a version's part with its ``TaskSums``.
  public static let routerRole = VersionManifest.Role.router

  /// The router of a release; `nil` where it has none.
  /// - Throws: ``RegistryError``; ``ServingError/malformed(version:part:reason:)``.
  public func router(of release: ReleaseManifest) throws -> RequestRouter? {
    guard let digest = release.router else { return nil }
    let data = try blob(digest)
    let record = try JSONFile.decode(RouterRecord.self, from: data, path: "router \(digest)")
    return try router(record)
  }

  /// The router that a record describes.
  public func router(_ record: RouterRecord) throws -> RequestRouter {
    try RequestRouter(record, sums: record.tasks.map { try sums($0.sums, of: $0.task) })
  }

  private func sums(_ digest: Digest, of task: String) throws -> TaskSums {
    let file = try SafetensorsFile(blobURL(digest))
    return try TaskSums(mean: file.tensor(Self.meanName).cloned(), scatter: file.tensor(Self.scatterName).cloned())
  }

  private static let (meanName, scatterName) = ("mean", "scatter")

  /// Writes a task's sums as they are kept.
  public static func write(_ sums: TaskSums, to file: URL) throws {
    try SafetensorsFile.write([meanName: sums.mean, scatterName: sums.scatter], to: file)
  }
}
