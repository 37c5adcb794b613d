public import Files
public import Foundation

/// What is served together: versions, router, the methods' state and certificates. Canonical JSON, a blob.
public struct ReleaseManifest: Sendable, Codable, Equatable {
  public static let currentSchema = 1

  public let schema: Int
  /// Task name → version digest.
  public var experts: [String: Digest]
  /// The router's blob.
  public var router: Digest?
  /// Method → blobs of its state: shared atoms, stored features, sums; `learn` needs no old rows with it.
  public var state: [String: [BlobReference]]
  public var certificates: [Digest]
  /// Names the arithmetic of the program that released it.
  public var numerics: String
  /// Every blob that it names and that is not part of a version: router, state, certificates.
  public var blobs: [BlobReference]

  public init(
    experts: [String: Digest], router: Digest? = nil, state: [String: [BlobReference]] = [:],
    certificates: [Digest] = [], numerics: String, blobs: [BlobReference] = []
  ) {
    schema = Self.currentSchema
    self.experts = experts
    self.router = router
    self.state = state
    self.certificates = certificates
    self.numerics = numerics
    self.blobs = blobs
  }
}

/// A release that was published. Releases are never changed: going back is a new one with an old manifest.
public struct ReleaseRecord: Sendable, Codable, Equatable {
  public enum Kind: String, Sendable, Codable { case promote, rollback, forget, canary, disable }

  /// 1 and up.
  public let revision: Int
  /// The digest of its manifest.
  public let manifest: Digest
  public let kind: Kind
  /// The release that was current before.
  public let parent: Int?
  /// The release whose manifest a rollback brought back.
  public let restored: Int?
  public let actor: String
  public let at: Date
  public let reason: String?
}
