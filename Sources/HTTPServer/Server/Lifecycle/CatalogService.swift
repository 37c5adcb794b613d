import Files
import Logging
import ServiceLifecycle
import Serving

/// Follows the registry, and loads what was released before the first request asks for it.
struct CatalogService: Service {
  let catalog: ModelCatalog
  let engine: ServingEngine
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await catalog.follow() }
        group.addTask {
          for await change in catalog.changes() {
            let count = change.versions.count
            logger.info(
              "release \(change.revision.map(String.init) ?? "none"): \(count) version\(count == 1 ? "" : "s")")
            await load(change.versions)
          }
        }
      }
    }
  }

  /// One by one: who asks for one that is not there yet waits for that one alone. When the next one would push another out, it is enough.
  private func load(_ versions: [Digest]) async {
    do {
      try engine.loadRouter()
    } catch {
      logger.error("the router of the release cannot be loaded", metadata: ["cause": "\(error)"])
    }
    let evictions = engine.statistics.evictions
    for version in versions {
      guard !Task.isCancelled, engine.statistics.evictions == evictions else { return }
      do {
        try await engine.load(version)
      } catch EngineFailure.draining {
        return
      } catch {
        // Its requests are answered with an error of their own; the others go on.
        logger.error("a released version cannot be loaded", metadata: ["version": "\(version)", "cause": "\(error)"])
      }
    }
  }
}
