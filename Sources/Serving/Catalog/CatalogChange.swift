public import Files

/// A release that a catalog has seen.
public struct CatalogChange: Sendable, Equatable {
  /// `nil`: nothing is released.
  public let revision: Int?
  /// Its versions by the digests of their manifests, in the order of their tasks' names: what will be asked for.
  public let versions: [Digest]
}
