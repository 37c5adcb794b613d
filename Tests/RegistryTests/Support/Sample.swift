import Files
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Registry

/// A clock that a test moves.
final class TestClock: Sendable {
  private let seconds = Mutex(4_000_000_000.0)
  func pass(days: Double) { seconds.withLock { $0 += days * 24 * 3600 } }
  var now: @Sendable () -> Date { { [self] in Date(timeIntervalSince1970: seconds.withLock { $0 }) } }
}

/// A registry in a folder of its own, and versions for it.
final class Sample: Sendable {
  static let base = BaseRecord(
    path: "/models/base", weights: Digest(of: Data("weights".utf8)),
    configuration: .object(["hidden_size": .number(8)]),
    tokenizer: Digest(of: Data("tokenizer".utf8)))
  static let actor = "ada@host"

  let scratch: Scratch
  let clock = TestClock()
  let registry: Registry

  init() throws {
    scratch = try Scratch()
    registry = try Registry.create(
      at: scratch.url("registry"), base: Self.base, actor: Self.actor, clock: clock.now)
  }

  var url: URL { registry.url }

  /// The registry as another process sees it.
  func opened(
    _ access: Registry.Access = .reading, mostVersions: Int = Registry.usualMostVersions
  ) throws -> Registry {
    try Registry.open(url, access: access, mostVersions: mostVersions, clock: clock.now)
  }

  func manifest(
    _ name: String, _ content: String = "1", base: Digest = Sample.base.weights, labels: [String] = ["no", "yes"],
    parts: [String: BlobReference]? = nil, data: [DataRecord]? = nil, restsOn: [Digest] = [], parent: Digest? = nil
  ) throws -> VersionManifest {
    let parts =
      try parts ?? [
        "tensors": registry.addBlob(
          Data("tensors of \(name) \(content)".utf8), media: "application/vnd.accrete.safetensors"),
        "rows": registry.addPackedBlob(Data("{\"text\":\"\(name) \(content)\"}\n".utf8), media: "application/x-ndjson"),
      ]
    return VersionManifest(
      name: name, method: "accrete", kind: .label, labels: labels, base: base, tokenizer: Self.base.tokenizer,
      promptForm: Digest(of: Data("form".utf8)), parts: parts, model: .object(["content": .text(content)]),
      data: data ?? [
        DataRecord(role: "learn", digest: Digest(of: Data(content.utf8)), rows: 70, from: "\(name).jsonl"),
        DataRecord(role: "gate", digest: Digest(of: Data("gate".utf8)), rows: 15),
      ], parent: parent, restsOn: restsOn, run: .object(["seed": .number(1)]), numerics: "n1",
      created: "2027-01-15T08:00:00Z")
  }

  @discardableResult
  func version(_ name: String, _ content: String = "1", restsOn: [Digest] = []) throws -> VersionRecord {
    let report = try registry.addBlob(Data("{\"gates\":\"\(name) \(content)\"}".utf8), media: "application/json")
    return try registry.register(
      try manifest(name, content, restsOn: restsOn),
      metrics: [
        MetricRecord(name: "accuracy", task: name, value: 0.75, low: 0.5, high: 0.875, n: 15),
        MetricRecord(name: "brier", task: name, value: 0.25),
      ], gate: GateRecord(verdict: .pass, report: report), actor: Self.actor)
  }

  /// Publishes versions, instead of what was released.
  @discardableResult
  func publish(_ versions: [VersionRecord], state: String? = nil) throws -> ReleaseRecord {
    var manifest = ReleaseManifest(
      experts: Dictionary(versions.map { ($0.name, $0.digest) }, uniquingKeysWith: { $1 }), numerics: "n1")
    if let state {
      let blob = try registry.addBlob(Data(state.utf8), media: "application/octet-stream")
      manifest.state = ["accrete": [blob]]
      manifest.blobs = [blob]
    }
    return try registry.publish(
      manifest, kind: .promote, expecting: try registry.currentRelease()?.record.revision, reason: nil,
      actor: Self.actor)
  }

  func expectWhole(_ registry: Registry? = nil, location: SourceLocation = #_sourceLocation) throws {
    let failures = try (registry ?? self.registry).verify().failures
    #expect(failures.isEmpty, "\(failures)", sourceLocation: location)
  }
}

/// Expects an error of the registry whose line has these words in it.
func expectRefusal(
  _ words: String..., location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
) {
  do {
    try body()
    Issue.record("nothing was refused", sourceLocation: location)
  } catch {
    let text = "\(error)"
    #expect(!text.contains("\n"), sourceLocation: location)
    for word in words { #expect(text.contains(word), "\(text)", sourceLocation: location) }
  }
}
