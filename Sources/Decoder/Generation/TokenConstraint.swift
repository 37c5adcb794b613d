/// Which tokens may come next in one sequence. One owner.
public protocol TokenConstraint: AnyObject {
  /// Calls `allow` with each token that may come next, in any order. Where the text may end here, end tokens are among them; where none is
  /// allowed, the sequence ends.
  func allowed(endTokens: [Int], _ allow: (Int) -> Void)

  /// Goes on behind a token.
  func accept(_ token: Int)
}
