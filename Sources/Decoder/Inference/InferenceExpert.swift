public import Torch

/// An expert as inference uses it: what it has at each position, ready for the kernels.
///
/// Experts are data passed with the batch: each sequence has its own, and the base's products are made once, for all of them.
public protocol InferenceExpert: AnyObject {
  /// The pair at a projection of a layer's attention; `nil`: nothing there.
  func factors(at projection: Projection, layer: Int) throws -> SegmentFactors?

  /// What the expert does in a layer's feed-forward block, and the gate where it is two that are mixed; no experts: nothing.
  func block(layer: Int) throws -> (experts: [FeedForwardSegments.Expert], shares: Tensor?)

  /// The same in a routed expert of a layer's MoE block.
  func routed(layer: Int, expert: Int) throws -> FeedForwardSegments.Expert?

  /// Whether it has anything in routed experts: where not, a device computes all of them at once.
  var changesRouted: Bool { get }
}

extension InferenceExpert {
  public var changesRouted: Bool { true }
}

/// A feed-forward block that experts plug into.
struct BlockPlace {
  let layer: Int
  /// Which of the routed ones; `nil`: the one that every token goes through.
  var expert: Int?

  func place(_ projection: Projection) -> ExpertPlace {
    ExpertPlace(part: expert.map { .routed(expert: $0) } ?? .block, projection: projection, layer: layer)
  }
}

/// The experts of one pass: neighbouring tokens with the same expert make a segment.
struct ExpertSegments {
  private struct Run {
    var tokens: Range<Int>
    let expert: (any InferenceExpert)?
  }

  private let runs: [Run]

  /// - Parameter experts: Of each token; `nil` is the base.
  init(ofTokens experts: [(any InferenceExpert)?]) {
    var runs: [Run] = []
    for (token, expert) in experts.enumerated() {
      if let last = runs.last, last.expert === expert {
        runs[runs.count - 1].tokens = last.tokens.lowerBound..<token + 1
      } else {
        runs.append(Run(tokens: token..<token + 1, expert: expert))
      }
    }
    self.runs = runs
  }

  private init(_ runs: [Run]) { self.runs = runs }

  var isBase: Bool { runs.allSatisfy { $0.expert == nil } }
  var changesRouted: Bool { runs.contains { $0.expert?.changesRouted == true } }

  /// The same for a pass with only some of the tokens, in their order.
  func narrowed(to tokens: [Int]) -> ExpertSegments {
    var (result, run): ([Run], Int) = ([], 0)
    for (position, token) in tokens.enumerated() {
      while run < runs.count, token >= runs[run].tokens.upperBound { run += 1 }
      let expert = run < runs.count ? runs[run].expert : nil
      if let last = result.last, last.expert === expert {
        result[result.count - 1].tokens = last.tokens.lowerBound..<position + 1
      } else {
        result.append(Run(tokens: position..<position + 1, expert: expert))
      }
    }
    return ExpertSegments(result)
  }

  /// What is added to a projection of a layer's attention.
  func factors(at projection: Projection, layer: Int) throws -> LowRankSegments {
    LowRankSegments(
      try runs.compactMap { run in
        try run.expert?.factors(at: projection, layer: layer).map { (run.tokens, $0) }
      })
  }

  /// What is done in a feed-forward block.
  func segments(of block: BlockPlace) throws -> FeedForwardSegments {
    try block.expert.map { try routed(layer: block.layer, expert: $0) } ?? common(layer: block.layer)
  }

  private func common(layer: Int) throws -> FeedForwardSegments {
    FeedForwardSegments(
      try runs.map { run in
        let own = try run.expert?.block(layer: layer)
        return try FeedForwardSegments.Segment(run.tokens, own?.experts ?? [], shares: own?.shares)
      })
  }

  /// The same in a routed expert, for the tokens that visit it.
  private func routed(layer: Int, expert: Int) throws -> FeedForwardSegments {
    FeedForwardSegments(
      try runs.map { run in
        let own = try run.expert?.routed(layer: layer, expert: expert)
        return try FeedForwardSegments.Segment(run.tokens, own.map { [$0] } ?? [])
      })
  }
}
