import Decoder
import Files
import Foundation
import Generation
import Registry
import Serving
import Streams
import TaskModels
import Torch

extension Learn {
  func receipt(
    _ title: String, _ findings: [EarlierTasksGate.Finding], _ trained: TaskModelTraining.Result,
    _ prepared: Prepared, release: Int?, since start: ContinuousClock.Instant
  ) throws -> Receipt {
    let use = try TorchRuntime.use(of: base.model.device)
    return Receipt(
      schema: 1, version: title, base: base.model.digest, tokenizer: base.tokenizerDigest, release: release,
      earlier: Dictionary(
        uniqueKeysWithValues: findings.map { finding in
          (
            finding.task,
            Receipt.Earlier(
              version: "\(finding.version.reference)", before: finding.tensors?.before, after: finding.tensors?.after,
              requests: finding.requests, changed: finding.changed)
          )
        }),
      data: try data(prepared).map { Receipt.Rows(role: $0.role, digest: $0.digest, rows: $0.rows) },
      options: try Self.json(job.options), seed: job.options.seed, program: job.program, numerics: numerics,
      trainingSeconds: trained.seconds, trialSeconds: trained.trialSeconds, cpuSeconds: ProcessMemory.processorSeconds,
      proofSeconds: findings.reduce(0) { $0 + $1.seconds }, wallSeconds: start.duration(to: .now).seconds,
      peakBytes: ProcessMemory.peakResidentBytes, device: use?.device, deviceMemoryPeak: use?.peak,
      deviceMemoryReserved: use?.reserved,
      trainedParameters: trained.trainedParameters)
  }

  func data(_ prepared: Prepared) throws -> [DataRecord] {
    try TaskExamples.Role.allCases.map { role in
      let rows = prepared.examples[role]
      return DataRecord(
        role: role.rawValue,
        digest: Digest(of: try JSONFile.encode(rows.map { [$0.id, $0.text, $0.answer] }, pretty: false)),
        rows: rows.count, from: job.file.lastPathComponent)
    }
  }

  func manifest(
    _ made: Made, _ trained: TaskModelTraining.Result, _ prepared: Prepared, parts: [String: BlobReference],
    _ receipt: Receipt
  ) throws -> VersionManifest {
    let form = made.runner.model.form
    return VersionManifest(
      name: name, method: job.method ?? job.options.method, kind: form.kind == .answer ? .answer : .label,
      labels: form.labels,
      base: base.model.digest, tokenizer: base.tokenizerDigest, promptForm: try form.digest(), parts: parts,
      model: try Self.json(TaskModelRecord(description: made.description, evidence: trained.evidence)),
      data: try data(prepared), parent: prepared.parent?.digest, restsOn: [],
      run: try Self.json(
        RunRecord(
          program: job.program, seed: job.options.seed, options: job.options, startsFrom: job.start?.name,
          startsFromDigest: job.start?.version?.digest)),
      numerics: numerics, created: ISO8601DateFormatter().string(from: Date()))
  }

  /// How a version came about.
  private struct RunRecord: Encodable {
    let program: String
    let seed: UInt64
    let options: LearnOptions
    /// What training started from, as it was called.
    let startsFrom: String?
    /// The version's digest: numbers are those of one registry. `nil`: it is not a version.
    let startsFromDigest: Digest?
  }

  static func json(_ value: some Encodable) throws -> JSONTree {
    try JSONFile.decode(JSONTree.self, from: JSONFile.encode(value, pretty: false), path: "manifest")
  }
}
