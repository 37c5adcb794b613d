import Files
import Foundation

@testable import Serving

extension EngineStatistics {
  /// A snapshot with these experts; every other number is one of its own, so that none can be taken for another.
  static func sample(_ experts: [ResidentExpert] = []) -> EngineStatistics {
    var statistics = EngineStatistics()
    (statistics.running, statistics.waiting) = (3, 4)
    (statistics.blocks, statistics.freeBlocks, statistics.cachedBlocks, statistics.blockTokens) = (100, 50, 25, 64)
    (statistics.prefixQueries, statistics.prefixHits) = (1_001, 501)
    (statistics.promptTokens, statistics.generatedTokens) = (2_001, 3_001)
    (statistics.preemptions, statistics.steps, statistics.tokensPerSecond) = (7, 11, 13)
    statistics.experts = experts
    (statistics.evictions, statistics.loads, statistics.failedLoads) = (17, 19, 5)
    return statistics
  }
}

typealias ResidentExpert = EngineStatistics.ResidentExpert

extension ResidentExpert {
  static func sample(
    _ number: Int, state: ResidentExpert.State = .ready, references: Int = 0, isPinned: Bool = false
  ) -> ResidentExpert {
    ResidentExpert(
      version: digest(number), state: state, references: references, bytes: 1_024, mappedBytes: 1_000,
      isPinned: isPinned)
  }

  /// The manifest of version 1 of `expert-NUMBER`.
  static func digest(_ number: Int) -> Digest { Digest(of: Data("expert-\(number)".utf8)) }
}
