import Decoder
import Evolution
package import Experts
import Files
import Foundation
package import Generation
import ModelConfiguration
package import Registry
import Serving
import TaskModels
import Torch

/// Versions in a registry that nobody learned, for measuring and trying what serves them.
package enum RandomVersion {
  /// Registers a version with a given expert.
  ///
  /// - Parameters:
  ///   - name: Of its task.
  ///   - labels: Of a task with labels; empty: it writes its answers.
  ///   - expert: What it adds to the base.
  ///   - requests: Whose answers are kept for the gates of what is learned later, as of a learned version; empty: nothing can be learned in
  ///     its registry while it is released. It brings nothing into a router: it is found by its name alone.
  ///   - base: The registry's.
  ///   - registry: Where it goes.
  package static func register(
    _ name: String, labels: [String] = [], expert: LowRankExpert, requests: [String] = [], on base: Base,
    in registry: Registry
  ) throws -> VersionRecord {
    let form = TaskForm(
      kind: labels.isEmpty ? .answer : .label, instruction: "Task \(name):", cue: "Answer:", labels: labels,
      maxLength: 256, answerTokens: labels.isEmpty ? 32 : 0)
    let model = TaskModel(
      form: form, expert: expert, ridge: nil,
      combination: labels.isEmpty
        ? nil : LabelCombination(expert: 1, ridge: 0, bias: [Double](repeating: 0, count: labels.count)),
      compute: base.model.compute)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("parts-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var parts: [String: BlobReference] = [:]
    for (role, file) in try model.writeParts(to: folder) {
      let media = file.pathExtension == "json" ? "application/json" : "application/vnd.accrete.safetensors"
      parts[role] = try registry.addBlob(Data(contentsOf: file), media: media)
    }
    func json(_ value: some Encodable) throws -> JSONTree {
      try JSONFile.decode(JSONTree.self, from: JSONFile.encode(value, pretty: false), path: "manifest")
    }
    let description = TaskModelDescription(model, weights: base.model.roundedTo)
    if !requests.isEmpty {
      // As `learn` does it: what answers is what is kept.
      let kept = try TaskModel(
        description, named: name, base: base.model.configuration, device: base.model.device
      ) { role in try parts[role].map { try registry.blobURL($0.digest) } }
      let probe = try registry.addProbe(
        requests, of: TaskModelRunner(kept, on: base), on: base,
        view: registry.currentView(hidden: base.model.configuration.hiddenSize),
        numerics: Numerics.id(threads: TorchRuntime.threads), in: folder)
      for (role, part) in probe { parts[role] = part }
    }
    return try registry.register(
      VersionManifest(
        name: name, method: "sequential", kind: labels.isEmpty ? .answer : .label, labels: labels,
        base: base.model.digest, tokenizer: base.tokenizerDigest, promptForm: form.digest(), parts: parts,
        model: json(TaskModelRecord(description: description, evidence: nil)), data: [], run: json(["made": "random"]),
        numerics: "none", created: "2026-11-30T00:00:00Z"),
      metrics: [], gate: nil, actor: "benchmark")
  }

  /// Releases versions, and nothing else.
  @discardableResult
  package static func release(_ versions: [VersionRecord], in registry: Registry) throws -> ReleaseRecord {
    let experts = Dictionary(uniqueKeysWithValues: versions.map { ($0.name, $0.digest) })
    return try registry.publish(
      ReleaseManifest(experts: experts, numerics: "none"), kind: .promote,
      expecting: registry.currentRelease()?.record.revision, reason: "for measuring", actor: "benchmark")
  }
}
