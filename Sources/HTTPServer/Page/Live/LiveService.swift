import Files
import Foundation
import ServiceLifecycle
import Serving

/// Tells views what no part of the server tells by itself: how busy the engine is, and which release is served.
struct LiveService: Service {
  let core: ServerCore

  func run() async throws {
    await cancelWhenGracefulShutdown {
      var watch = LiveWatch()
      while !Task.isCancelled {
        try? await Task.sleep(for: LiveEvents.pause)
        core.events.flush()
        if core.events.isHeard { watch.look(at: core) }
      }
    }
    core.events.end()
  }
}

/// What was told last.
struct LiveWatch {
  private var told: [LiveEvent.Topic: Data] = [:]

  /// Publishes what is not as it was.
  mutating func look(at core: ServerCore) {
    let statistics = core.engine.statistics
    note(
      .serving,
      [
        "running": .integer(statistics.running), "waiting": .integer(statistics.waiting),
        "experts": .integer(statistics.experts.count),
      ], core)
    note(.release, ["revision": core.catalog.revision.map { .integer($0) } ?? .null], core)
  }

  private mutating func note(_ topic: LiveEvent.Topic, _ members: KeyValuePairs<String, JSONTree>, _ core: ServerCore) {
    let data = Data(JSONTree.object(members.map { JSONTree.Member($0.key, $0.value) }).json)
    guard told[topic] != data else { return }
    told[topic] = data
    core.events.publish(topic, data)
  }
}
