import Registry
import Synchronization

/// The registry that a catalog reads from: another one after the files were replaced.
final class RegistrySource: Sendable {
  private let current: Mutex<Registry>

  init(_ registry: Registry) { current = Mutex(registry) }

  var registry: Registry {
    get { current.withLock { $0 } }
    set { current.withLock { $0 = newValue } }
  }
}
