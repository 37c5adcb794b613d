public import Files

/// What a catalog had at one moment: names, router and release belong together in it, whatever is released meanwhile.
public struct ServedRelease: Sendable {
  /// `nil`: nothing is released.
  public let revision: Int?
  /// What finds the tasks of requests that name none; `nil`: there is nothing.
  public let router: Digest?
  private let find: @Sendable (String) throws -> ServedModel

  /// - Parameters:
  ///   - revision: Of the release; `nil`: nothing is released.
  ///   - router: By its digest.
  ///   - find: The model that a name means.
  public init(revision: Int?, router: Digest?, find: @escaping @Sendable (String) throws -> ServedModel) {
    (self.revision, self.router, self.find) = (revision, router, find)
  }

  /// The model that a name means in it.
  /// - Throws: As ``ModelCatalog/resolve(_:)``.
  public func resolve(_ name: String) throws -> ServedModel { try find(name) }
}

extension ModelCatalog {
  /// What is served now.
  public var served: ServedRelease {
    let snapshot = snapshot
    return ServedRelease(revision: snapshot.revision, router: snapshot.router) { name in
      let model = try snapshot.model(name)
      try model.requireReadable()
      return model
    }
  }
}
