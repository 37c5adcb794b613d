/// What a key may be used for.
///
/// Each stands for itself: who may lead reviews may not work on them by that alone. Only ``admin`` has all of them.
public enum AccessScope: String, Sendable, Codable, CaseIterable {
  /// Ask models: chat, completions, classification, routing, and the list of models.
  case infer
  /// Hand items in for review.
  case reviewSubmit = "review.submit"
  /// Review items.
  case reviewWork = "review.work"
  /// Lead reviews: settle what reviewers disagree about.
  case reviewLead = "review.lead"
  /// Look at the registry.
  case registryRead = "registry.read"
  /// Change the registry.
  case registryWrite = "registry.write"
  /// Start, stop and approve what the loop does.
  case loopOperate = "loop.operate"
  /// Everything, keys and the page included.
  case admin
}
