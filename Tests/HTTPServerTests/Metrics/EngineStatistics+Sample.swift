import Files
import Foundation

@testable import Serving

extension EngineStatistics {
  /// A snapshot with these experts; every other number is one of its own, so that none can be taken for another.
  static func sample(_ experts: [ResidentExpert] = []) -> EngineStatistics {
    EngineStatistics(
      running: 3, waiting: 4, blocks: 100, freeBlocks: 50, cachedBlocks: 25, blockTokens: 64, prefixQueries: 1_001,
      prefixHits: 501, promptTokens: 2_001, generatedTokens: 3_001, preemptions: 7, steps: 11, tokensPerSecond: 13,
      heartbeat: ContinuousClock.now, experts: experts, evictions: 17, loads: 19, failedLoads: 5)
  }
}

extension ResidentExpert {
  static func sample(
    _ number: Int, state: String = "ready", references: Int = 0, isPinned: Bool = false
  ) -> ResidentExpert {
    ResidentExpert(
      version: digest(number), state: state, references: references, bytes: 1_024, isPinned: isPinned)
  }

  /// The manifest of version 1 of `expert-NUMBER`.
  static func digest(_ number: Int) -> Digest { Digest(of: Data("expert-\(number)".utf8)) }
}
