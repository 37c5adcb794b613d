public import Files

/// A text as a router reads it.
struct RoutedText: Sendable {
  let ids: [Int]
  /// What it came with; `nil`: nothing.
  let instruction: String?
}

/// Where rows belong.
public struct RoutedRows: Sendable {
  public let routes: [RequestRouter.Route]
  /// The router that found them.
  public let router: Digest
  /// Tokens that it read of all rows together.
  public let tokens: Int

  public init(routes: [RequestRouter.Route], router: Digest, tokens: Int) {
    self.routes = routes
    self.router = router
    self.tokens = tokens
  }
}
