/// The two streams of a source.
public enum CorpusSide: String, Sendable, CaseIterable {
  /// The documents that are learned from.
  case train
  /// Those that losses are measured on.
  case heldOut = "held-out"
}
