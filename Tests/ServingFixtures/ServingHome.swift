package import Decoder
import Experts
package import Files
package import Foundation
package import Generation
import ModelConfiguration
package import Registry
package import Serving
import ServingSupport
package import TaskModels
import TestSupport
import Torch

/// A registry on two layers of the base that is inside the package, and versions with experts of random numbers: what serving does with them
/// is what it does with learned ones.
package final class ServingHome: Sendable {
  package static let base = Result { try Base(folder: ShallowBase.folder) }

  package let url: URL
  package let registry: Registry
  package let base: Base

  /// - Parameter base: `nil`: two layers of `seedling`.
  package init(base: Base? = nil) throws {
    try TorchRuntime.setThreads(1)
    url = FileManager.default.temporaryDirectory.appendingPathComponent("serving-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    self.base = try base ?? Self.base.get()
    registry = try Registry.create(
      at: url.appendingPathComponent("registry"), base: BaseRecord(self.base, path: self.base.folder.path),
      actor: "test")
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Registers a version whose expert is random.
  ///
  /// - Parameters:
  ///   - name: Of its task.
  ///   - labels: Of a task with labels; empty: it writes its answers.
  ///   - seed: Of the numbers.
  ///   - rank: Of the expert.
  ///   - strength: How large the numbers of its second factors are; 0: it changes nothing.
  package func add(
    _ name: String, labels: [String] = [], seed: UInt64, rank: Int = 4, strength: Double = 0.05
  ) throws -> VersionRecord {
    let shape = try LowRankShape(rank: rank, alpha: 2 * Double(rank))
    let plain = try LowRankExpert(shape, for: base.model.configuration, on: .cpu) { name in
      seed &+ UInt64(truncatingIfNeeded: Digest(of: Data(name.utf8)).bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) })
    }
    let generator = try Generator(seed: seed, on: .cpu)
    for row in plain.pairs {
      for site in row.keys.sorted() {
        try row[site].map { try generator.fillUniform($0.b, from: -strength, to: strength) }
      }
    }
    return try RandomVersion.register(name, labels: labels, expert: plain, on: base, in: registry)
  }

  /// Releases versions, and nothing else.
  @discardableResult package func release(_ versions: [VersionRecord]) throws -> ReleaseRecord {
    try RandomVersion.release(versions, in: registry)
  }
}
