import Crypto
public import Files
public import Foundation

/// Which of two releases answers a source while a canary runs.
///
/// The arm is HMAC-SHA256(release key, source) mod 10,000, so one source always meets the same release, and nobody outside can choose
/// which. A larger share keeps every source that the smaller one had.
public struct CanaryArm: Sendable, Equatable {
  /// Into how many parts the sources are dealt.
  public static let parts = 10_000

  /// The candidate's release manifest.
  public let manifest: Files.Digest
  /// How many parts of ``parts`` the candidate answers.
  public let share: Int
  private let key: SymmetricKey

  /// Makes the arm of one candidate.
  ///
  /// - Parameter manifest: The candidate's release manifest.
  /// - Parameter share: How many parts of ``parts`` it answers; less than 0 counts as 0.
  /// - Parameter secret: The loop's key, which never leaves the registry's folder `secrets/`.
  public init(manifest: Files.Digest, share: Int, secret: Data) {
    self.manifest = manifest
    self.share = min(max(share, 0), Self.parts)
    // A key of its own for each candidate: who was in the last canary is not always in the next one.
    key = SymmetricKey(
      data: Data(HMAC<SHA256>.authenticationCode(for: manifest.bytes, using: SymmetricKey(data: secret))))
  }

  /// Whether the candidate answers a source.
  ///
  /// - Parameter source: Who asks: a key's id, an account. What has none is answered by what is served.
  public func answers(_ source: String?) -> Bool {
    guard share > 0, let source, !source.isEmpty else { return false }
    return part(source) < share
  }

  /// The part of a source, 0 to 9,999.
  func part(_ source: String) -> Int {
    let code = HMAC<SHA256>.authenticationCode(for: Data(source.utf8), using: key)
    // 64 of the 256 bits: their remainder favours no part by more than 10⁻¹⁵.
    let number = code.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(truncatingIfNeeded: number % UInt64(Self.parts))
  }

  /// Compares candidate, share and key.
  public static func == (one: CanaryArm, other: CanaryArm) -> Bool {
    one.manifest == other.manifest && one.share == other.share && one.key == other.key
  }
}
