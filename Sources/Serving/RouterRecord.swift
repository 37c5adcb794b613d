public import Files
public import Learning

/// A release's router as a blob: which tasks it tells apart, by the sums of which versions.
///
/// It is a function of these sums alone: a release without a task is made by adding up the others.
public struct RouterRecord: Sendable, Codable, Equatable {
  public static let media = "application/vnd.accrete.router+json"

  /// One task of a router.
  public struct Entry: Sendable, Codable, Equatable {
    public let task: String
    public let version: Digest
    /// Of the version's part `router`.
    public let sums: Digest

    public init(task: String, version: Digest, sums: Digest) {
      self.task = task
      self.version = version
      self.sums = sums
    }
  }

  public let schema: Int
  /// Layers of the base whose output is looked at.
  public let layers: Int
  /// Whether instruction and cue are seen.
  public let seesInstruction: Bool
  public let unknownDistance: Double
  /// In the order of their names.
  public let tasks: [Entry]

  public init(view: RequestView, unknownDistance: Double = GaussianRouter.usualUnknownDistance, tasks: [Entry]) {
    schema = 1
    layers = view.layers
    seesInstruction = view.seesInstruction
    self.unknownDistance = unknownDistance
    self.tasks = tasks.sorted { $0.task < $1.task }
  }

  public var view: RequestView { RequestView(layers: layers, seesInstruction: seesInstruction) }
}
