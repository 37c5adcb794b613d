import Records

/// Which documents are kept from training, by their text alone: a repeated document is never on both sides.
///
/// A document is held out when FNV-1a 64 of its UTF-8, reduced modulo 10,000, is below `share · 10,000` (docs/pretraining.md). The only
/// document of a source is cut by position instead: its end is held out.
public struct HeldOutRule: Sendable, Equatable {
  /// The share that is held out where nothing else is said.
  public static let defaultShare = PretrainingConfiguration.defaultHeldOut

  /// The share of the documents that is held out, on average.
  public let share: Double

  private static let buckets: UInt64 = 10_000

  /// - Parameter share: From 0 to below 1; a finer one than 1/10,000 is rounded up to it.
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
  /// - Parameter document: Its UTF-8.
  public func holdsOut(_ document: [UInt8]) -> Bool {
    Double(Self.hash(document) % Self.buckets) < share * Double(Self.buckets)
  }

  /// A document, or a part of one, and where it goes.
  public struct Part: Sendable, Equatable {
    public let side: CorpusSide
    /// UTF-8; not empty.
    public let text: [UInt8]
  }

  /// Where a document goes.
  ///
  /// - Parameters:
  ///   - document: Its UTF-8.
  ///   - isOnly: Whether its source has no other: then its last `share` is held out, from the line on that begins there, or where no
  ///     line does from the character on.
  /// - Returns: Nothing for an empty document.
  public func parts(of document: [UInt8], isOnly: Bool) -> [Part] {
    guard !document.isEmpty else { return [] }
    guard isOnly, share > 0 else {
      return [Part(side: holdsOut(document) ? .heldOut : .train, text: document)]
    }
    let cut = cut(document)
    return [(CorpusSide.train, document[..<cut]), (.heldOut, document[cut...])].compactMap { side, text in
      text.isEmpty ? nil : Part(side: side, text: Array(text))
    }
  }

  private func cut(_ document: [UInt8]) -> Int {
    var position = document.count - Int((Double(document.count) * share).rounded(.up))
    if let end = document[position...].firstIndex(of: UInt8(ascii: "\n")), end + 1 < document.count { return end + 1 }
    // Bytes 10xxxxxx go on with a character.
    while position > 0, document[position] & 0xC0 == 0x80 { position -= 1 }
    return position
  }

  /// FNV-1a with 64 bits.
  static func hash(_ bytes: [UInt8]) -> UInt64 {
    var hash: UInt64 = 14_695_981_039_346_656_037
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 1_099_511_628_211 }
    return hash
  }
}
