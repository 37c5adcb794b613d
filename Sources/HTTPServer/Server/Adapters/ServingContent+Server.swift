import Console
import Files
import Foundation
import Registry
import Serving

extension ServingContent {
  /// What the page shows of a server now.
  init(_ core: ServerCore) {
    let statistics = core.engine.statistics
    let load = Load(
      requestsPerSecond: core.arrivals.perSecond(),
      // 0 is what the engine says before a second of work has shown how fast it is.
      tokensPerSecond: statistics.tokensPerSecond > 0 ? statistics.tokensPerSecond : nil,
      running: statistics.running, waiting: statistics.waiting, blocks: statistics.blocks,
      freeBlocks: statistics.freeBlocks, cachedBlocks: statistics.cachedBlocks, blockTokens: statistics.blockTokens,
      prefixQueries: statistics.prefixQueries, prefixHits: statistics.prefixHits, expertLoads: statistics.loads,
      failedExpertLoads: statistics.failedLoads, expertEvictions: statistics.evictions)
    let experts = statistics.experts.map {
      Expert(
        version: $0.version, state: $0.state.rawValue, references: $0.references, bytes: $0.bytes, isPinned: $0.isPinned
      )
    }
    // A registry that cannot be read now is told by `/readyz`; the page shows what is known.
    let record = (try? core.catalog.release())?.record
    let failures = core.failures.all.map { Failure(code: $0.key, count: $0.value.count, last: $0.value.last) }
    let models = core.catalog.models(all: false).map(Model.init)
    let known = Set(models.compactMap(\.digest))
    let others = core.catalog.models(all: true).filter { model in model.digest.map { !known.contains($0) } ?? false }
    self.init(
      now: Date(), release: record.map { Release(revision: $0.revision, published: $0.at) },
      models: models, unreleased: others.map(Model.init), load: load, experts: experts,
      failures: failures.sorted { ($1.last, $0.code) < ($0.last, $1.code) })
  }
}

extension ServingContent.Model {
  fileprivate init(_ model: ServedModel) {
    let kind: Kind =
      switch model.kind {
      case .base: .base
      case .auto: .auto
      case .version: .version
      }
    self.init(
      kind: kind, id: model.id, name: model.name, version: model.version, digest: model.digest, aliases: model.aliases,
      labels: model.labels.count)
  }
}
