package import Decoder
import Experts
package import Files
package import Foundation
package import Generation
import ModelConfiguration
package import Registry
package import Serving
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
    let form = TaskForm(
      kind: labels.isEmpty ? .answer : .label, instruction: "Task \(name):", cue: "Answer:", labels: labels,
      maxLength: 256, answerTokens: labels.isEmpty ? 32 : 0)
    let model = TaskModel(
      form: form, expert: plain, ridge: nil,
      combination: labels.isEmpty
        ? nil : LabelCombination(expert: 1, ridge: 0, bias: [Double](repeating: 0, count: labels.count)))
    let folder = url.appendingPathComponent("parts-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var parts: [String: BlobReference] = [:]
    for (role, file) in try model.writeParts(to: folder) {
      let media =
        file.pathExtension == "json" ? "application/json" : "application/vnd.accrete.safetensors"
      parts[role] = try registry.addBlob(Data(contentsOf: file), media: media)
    }
    let record = TaskModelRecord(description: TaskModelDescription(model), evidence: nil)
    func json(_ value: some Encodable) throws -> JSONTree {
      try JSONFile.decode(JSONTree.self, from: JSONFile.encode(value, pretty: false), path: "manifest")
    }
    return try registry.register(
      VersionManifest(
        name: name, method: "sequential", kind: labels.isEmpty ? .answer : .label, labels: labels,
        base: base.model.digest, tokenizer: base.tokenizerDigest, promptForm: form.digest(), parts: parts,
        model: json(record), data: [], run: json(["seed": seed]), numerics: "test", created: "2026-11-30T00:00:00Z"),
      metrics: [], gate: nil, actor: "test")
  }

  /// Releases versions, and nothing else.
  @discardableResult package func release(_ versions: [VersionRecord]) throws -> ReleaseRecord {
    let experts = Dictionary(uniqueKeysWithValues: versions.map { ($0.name, $0.digest) })
    return try registry.publish(
      ReleaseManifest(experts: experts, numerics: "test"), kind: .promote,
      expecting: registry.currentRelease()?.record.revision, reason: "test", actor: "test")
  }
}
