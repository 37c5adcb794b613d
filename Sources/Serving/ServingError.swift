public import Files

/// Why a request cannot be answered.
public enum ServingError: AccreteError, Equatable {
  /// The base's configuration is not the one that the registry was made with.
  case otherConfiguration(base: String, key: String, expected: String, got: String)
  /// The release has no task to route to.
  case nothingReleased(path: String)
  /// A version without an expert is asked for it.
  case noExpert(version: String)
  /// A version with several labels is asked for as an adapter.
  case severalLabels(version: String)
  /// A part of a version is larger than may be loaded.
  case tooLarge(version: String, part: String, bytes: Int, limit: Int)
  /// A stored part says something else than it should.
  case malformed(version: String, part: String, reason: String)

  public var category: ErrorCategory {
    switch self {
    case .nothingReleased: .notFound
    case .otherConfiguration, .noExpert, .severalLabels: .data
    case .tooLarge: .tooLarge
    case .malformed: .damaged
    }
  }

  public var description: String { text.onOneLine }

  private var text: String {
    switch self {
    case .otherConfiguration(let base, let key, let expected, let got):
      "\(base): `\(key)` is \(got), and was \(expected) when the registry was made: the same weights are another model with it. Give the"
        + " base as it was, or make another registry."
    case .nothingReleased(let path):
      "\(path): no task is released yet, so none can answer. `accrete learn FILE` releases what passes its gates."
    case .noExpert(let version):
      "\(version): it has no expert, as its closed-form head answers alone, and there is nothing for PEFT to load. Without --peft it is"
        + " exported whole; `accrete learn FILE --output-head label` learns one that is an expert alone."
    case .severalLabels(let version):
      "\(version): answers with several labels, by heads and thresholds that PEFT has no form for. Without --peft it is exported whole."
    case .tooLarge(let version, let part, let bytes, let limit):
      "\(version): its \(part) has \(bytes) bytes, and at most \(limit) are loaded. Learn it with a lower --rank, or start the server with a larger --max-expert-file."
    case .malformed(let version, let part, let reason):
      "\(version): its \(part) \(reason). `accrete registry verify` says what else differs; restore a backup."
    }
  }
}
