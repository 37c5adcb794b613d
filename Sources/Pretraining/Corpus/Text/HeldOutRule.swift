/// Which documents are kept from training, by their text alone: a repeated document is never on both sides.
///
/// A document is held out when FNV-1a 64 of its UTF-8, reduced modulo 10,000, is below `share · 10,000` (docs/pretraining.md).
public struct HeldOutRule: Sendable, Equatable {
  /// The share that is held out where nothing else is said.
  public static let defaultShare = 0.002

  /// The share of the documents that is held out, on average.
  public let share: Double

  private static let buckets: UInt64 = 10_000

  /// - Parameter share: from 0 to below 1; a finer one than 1/10,000 is rounded up to it.
  /// - Throws: ``CorpusError/source(_:)``.
  public init(share: Double = defaultShare) throws {
    guard share >= 0, share < 1 else {
      throw CorpusError.source(
        .init(
          "held-out share", expected: "a number from 0 to below 1", got: "\(share)",
          fix: "0.002 holds out two documents of a thousand."))
    }
    self.share = share
  }

  /// Whether a document is held out.
  ///
  /// - Parameter document: its UTF-8.
  public func holdsOut(_ document: [UInt8]) -> Bool {
    Double(Self.hash(document) % Self.buckets) < share * Double(Self.buckets)
  }

  /// FNV-1a with 64 bits.
  static func hash(_ bytes: [UInt8]) -> UInt64 {
    var hash: UInt64 = 14_695_981_039_346_656_037
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
    return hash
  }
}
