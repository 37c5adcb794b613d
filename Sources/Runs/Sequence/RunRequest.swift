/// What somebody outside of a run wants of it.
public enum RunRequest: Sendable, Equatable {
  /// A checkpoint now; then go on.
  case checkpoint
  /// A checkpoint now; then stop, because of this signal.
  case stop(signal: Int32)
}
