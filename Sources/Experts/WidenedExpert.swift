import Synchronization
import Torch

/// An expert as passes of training and scoring compute with it: in float32, made when it is first asked for.
///
/// Any thread may ask; all get the same.
final class WidenedExpert: Sendable {
  let stored: LowRankExpert
  private let isHalf: Bool
  private let made = Mutex<LowRankExpert?>(nil)

  init(_ stored: LowRankExpert) {
    self.stored = stored
    isHalf = stored.pairs.contains { $0.values.contains { $0.a.dtype == .bfloat16 } }
  }

  /// - Returns: ``stored`` itself, unless it is kept in bfloat16.
  func expert() throws -> LowRankExpert {
    guard isHalf else { return stored }
    return try made.withLock { made in
      if let made { return made }
      let widened = try stored.widened()
      made = widened
      return widened
    }
  }

  /// Memory that was taken for it.
  var bytes: Int { made.withLock { $0?.bytes ?? 0 } }
}
