import Decoder
import Files
public import Foundation
public import Generation
public import Learning
import ModelConfiguration
public import Registry
import Streams
import Tokenization
import Torch

/// Tells which released task a text belongs to, or that none claims it.
public struct RequestRouter {
  /// Where one text goes.
  public struct Route: Sendable, Equatable, Codable {
    /// `nil`: no task claims it.
    public let task: String?
    /// p of ``nearest`` among the known tasks.
    public let confidence: Double
    /// How far the text is from ``nearest``, by the tasks that were there when that was learned: about 1 for a text of a known task.
    public let distance: Double
    /// The task that the text falls to, whether it is near enough to claim it or not: the one whose instruction it came with; else the last
    /// that claims it; else the last that is nearer, by its handicap, than those before it. Another may have a smaller distance.
    public let nearest: String
    /// The same of each task.
    public let distances: [String: Double]
    /// How much nearer each task is than those learned before it, less its handicap: it claims a text above 0. The first one has none.
    public let leads: [String: Double]
    /// Whether the request came with the task's instruction, which decides.
    public let byInstruction: Bool

    public init(
      task: String?, confidence: Double, distance: Double, nearest: String, distances: [String: Double],
      leads: [String: Double] = [:], byInstruction: Bool = false
    ) {
      self.task = task
      self.confidence = confidence
      self.distance = distance
      self.nearest = nearest
      self.distances = distances
      self.leads = leads
      self.byInstruction = byInstruction
    }
  }

  public let record: RouterRecord
  /// The distance above which no task claims a text.
  public var unknownDistance: Double { record.unknownDistance }
  /// `nil`: there is no task.
  private let cascade: RouterCascade?

  /// - Parameter record: Which tasks.
  /// - Parameter sums: Of each task, in the order of the record.
  /// - Throws: `LearningError`, `TorchError`.
  public init(_ record: RouterRecord, sums: [TaskSums]) throws {
    self.record = record
    cascade =
      record.tasks.isEmpty
      ? nil
      : try RouterCascade(
        sums, handicaps: record.tasks.map(\.handicap), view: record.view, unknownDistance: record.unknownDistance)
  }

  private init(_ record: RouterRecord, _ cascade: RouterCascade?) {
    self.record = record
    self.cascade = cascade
  }

  /// The same with another handicap of one task.
  public func with(handicap: Double, of task: String) -> RequestRouter {
    guard let position = record.tasks.firstIndex(where: { $0.task == task }) else { return self }
    return RequestRouter(
      record.with(record.tasks[position].with(handicap: handicap)), cascade?.with(handicap: handicap, of: position))
  }

  /// Routes texts.
  ///
  /// - Parameter texts: As they come.
  /// - Parameter instructions: What each comes with, if anything: a task's own instruction decides; `nil`: all come without.
  /// - Parameter base: The base that the sums were taken with.
  /// - Parameter maxLength: The most tokens that are looked at, the last ones.
  public func routes(
    _ texts: [String], instructions: [String?]? = nil, on base: Base, maxLength: Int = RequestRouter.usualLength
  ) throws -> [Route] {
    let read = try Self.texts(texts, instructions: instructions, on: base, maxLength: maxLength)
    return try routes(of: read, RequestFeatures(base.model, view: record.view).texts(read.map(\.ids)))
  }

  /// The routes of texts of which everything is known.
  func routes(of texts: [RoutedText], _ seen: TextFeatures) throws -> [Route] {
    named(try routes(seen), texts.map(\.instruction))
  }

  /// Routes of requests that may come with a task's instruction, which decides.
  private func named(_ routes: [Route], _ instructions: [String?]) -> [Route] {
    zip(routes, instructions).map { route, instruction in
      guard let digest = instruction.flatMap(RouterRecord.digest(ofInstruction:)) else { return route }
      let named = record.tasks.filter { $0.instruction == digest }
      // Two tasks may be asked for in the same words: then the text decides.
      guard named.count == 1, let only = named.first else { return route }
      return Route(
        task: only.task, confidence: 1, distance: route.distances[only.task] ?? route.distance, nearest: only.task,
        distances: route.distances, leads: route.leads, byInstruction: true)
    }
  }

  /// The same of what is kept of texts.
  public func routes(_ texts: TextFeatures) throws -> [Route] {
    guard let cascade else { return [] }
    let names = record.tasks.map(\.task)
    return try cascade.decisions(texts).map { decision in
      Route(
        task: decision.task.map { names[$0] }, confidence: decision.confidence, distance: decision.distance,
        nearest: names[decision.nearest],
        distances: Dictionary(zip(names, decision.distances), uniquingKeysWith: { first, _ in first }),
        leads: Dictionary(zip(names, decision.leads).dropFirst(), uniquingKeysWith: { first, _ in first }))
    }
  }

  /// How much nearer a task is to each request than all tasks before it; 0 where it does not claim it.
  public func claims(of task: String, _ texts: TextFeatures) throws -> [Double] {
    guard let cascade, let position = record.tasks.firstIndex(where: { $0.task == task }) else { return [] }
    return try cascade.claims(of: position, texts)
  }

  /// Tokens of a text that a router looks at, at most.
  public static let usualLength = 256

  /// What a router sees of texts.
  public static func features(
    _ texts: [String], view: RequestView, on base: Base, maxLength: Int = usualLength
  ) throws -> TextFeatures {
    try RequestFeatures(base.model, view: view).texts(ids(texts, on: base, maxLength: maxLength))
  }

  /// The sums by which a task with these texts is found.
  public static func sums(_ texts: [String], view: RequestView, on base: Base) throws -> TaskSums {
    try RequestFeatures(base.model, view: view).sums(ids(texts, on: base, maxLength: usualLength))
  }

  /// Texts as a router reads them.
  static func texts(
    _ texts: [String], instructions: [String?]?, on base: Base, maxLength: Int = usualLength
  ) throws -> [RoutedText] {
    try zip(0..., ids(texts, on: base, maxLength: maxLength)).map { row, ids in
      RoutedText(ids: ids, instruction: instructions?[row])
    }
  }

  private static func ids(_ texts: [String], on base: Base, maxLength: Int) throws -> [[Int]] {
    try texts.map { text in
      // Of a conversation what was said: the template's words are in all of them.
      let ids = try base.tokenizer.encode(Conversation.spoken(in: text), addSpecialTokens: false)
      // An empty text has no features of its own: the end token stands for it.
      return ids.isEmpty ? [base.endToken] : Array(ids.suffix(min(maxLength, base.model.configuration.maxPositions)))
    }
  }
}

extension Registry {
  /// The role of a version's part with its `TaskSums`.
  public static let routerRole = VersionManifest.Role.router

  /// The router of a release; `nil` where it has none.
  /// - Throws: `RegistryError`; ``ServingError/malformed(version:part:reason:)``.
  public func router(of release: ReleaseManifest) throws -> RequestRouter? {
    try release.router.map(router)
  }

  /// The router with a digest.
  /// - Throws: `RegistryError`; ``ServingError/malformed(version:part:reason:)``.
  func router(_ digest: Digest) throws -> RequestRouter {
    let data = try blob(digest)
    let record = try JSONFile.decode(RouterRecord.self, from: data, path: "router \(digest)")
    if let problem = record.problem() {
      throw ServingError.malformed(version: "the release", part: "router", reason: problem)
    }
    return try router(record)
  }

  /// The router that a record describes.
  public func router(_ record: RouterRecord) throws -> RequestRouter {
    let width = try requestWidth(record.view)
    return try RequestRouter(
      record,
      sums: record.tasks.map { entry in
        let sums = try sums(entry.sums, of: entry.task)
        guard width == nil || sums.width == width else {
          throw ServingError.malformed(
            version: entry.task, part: "router",
            reason: "has sums of \(sums.width) numbers, and a request has \(width ?? 0)")
        }
        return sums
      })
  }

  /// How many numbers a request becomes; `nil`: the registry does not say how wide its base is.
  public func requestWidth(_ view: RequestView) throws -> Int? {
    struct Hidden: Codable {
      let hiddenSize: Int
      private enum CodingKeys: String, CodingKey { case hiddenSize = "hidden_size" }
    }
    guard let configuration = try base().configuration else { return nil }
    let hidden = try? JSONFile.decode(
      Hidden.self, from: JSONFile.encode(configuration, pretty: false), path: "the base's configuration")
    return hidden.map { min($0.hiddenSize, view.width ?? $0.hiddenSize) }
  }

  /// The sums by which a router finds a task.
  /// - Throws: `RegistryError`, `TorchError`, `LearningError`.
  public func sums(of entry: RouterRecord.Entry) throws -> TaskSums { try sums(entry.sums, of: entry.task) }

  private func sums(_ digest: Digest, of task: String) throws -> TaskSums {
    let file = try SafetensorsFile(blobURL(digest))
    // Versions of earlier programs have none.
    let law = file.names.contains(Self.lawName) ? try file.tensor(Self.lawName).converted(to: .float32).floats() : []
    return try TaskSums(
      mean: file.tensor(Self.meanName).cloned(), scatter: file.tensor(Self.scatterName).cloned(),
      law: law.count == 2 ? LengthLaw(base: Double(law[0]), perToken: Double(law[1])) : .none)
  }

  private static let (meanName, scatterName, lawName) = ("mean", "scatter", "length")
  /// The media type of a task's sums.
  public static let sumsMedia = "application/vnd.accrete.safetensors"

  /// Writes a task's sums as they are kept.
  public static func write(_ sums: TaskSums, to file: URL) throws {
    let law = try Tensor([Float(sums.law.base), Float(sums.law.perToken)])
    try SafetensorsFile.write([meanName: sums.mean, scatterName: sums.scatter, lawName: law], to: file)
  }
}
