import Files
import Foundation
import Registry

/// Operations of every kind on a registry, the same ones in every process: the N-th depends on N and on what the registry has.
struct Operations {
  static let base = BaseRecord(
    path: "/base", weights: Digest(of: Data("weights".utf8)), configuration: .object(["hidden_size": .number(8)]),
    tokenizer: Digest(of: Data("tokenizer".utf8)))
  static let day = 24 * 3600
  let seed: Int

  /// The time of the N-th operation: equal operations write equal rows. A day passes between two, so that collections find something.
  static func clock(_ index: Int) -> @Sendable () -> Date {
    { Date(timeIntervalSince1970: Double(4_000_000_000 + index * day)) }
  }

  static func open(_ folder: URL, _ index: Int) throws -> Registry {
    try Registry.open(folder, access: .writing, clock: clock(index))
  }

  static let kinds = [
    "register", "publish", "alias", "register", "publish", "rollback", "register", "gate", "publish", "forget",
    "removeAlias",
    "register", "retire", "base", "register", "publish", "forgetNow", "collect", "import", "backup",
  ]

  func kind(_ index: Int) -> String { Self.kinds[index % Self.kinds.count] }

  /// Does the N-th operation.
  func run(_ index: Int, _ registry: Registry) throws {
    let actor = "tester"
    switch kind(index) {
    case "register": _ = try register(index, registry)
    case "publish":
      let current = try registry.currentRelease()
      var manifest = current?.manifest ?? ReleaseManifest(experts: [:], numerics: "n1")
      let newest = try registry.tasks().filter { $0.newest.state == .registered }.map(\.newest)
      guard let version = newest.isEmpty ? nil : newest[(index + seed) % newest.count] else { return }
      manifest.experts[version.name] = version.digest
      let state = try registry.addBlob(Data("state \(index)".utf8), media: "application/octet-stream")
      manifest.state["accrete"] = [state]
      manifest.blobs = [state]
      try registry.publish(
        manifest, kind: .promote, expecting: current?.record.revision, reason: nil, actor: actor)
    case "alias", "removeAlias":
      guard let version = try registry.versions().last(where: { $0.state == .registered }) else { return }
      let alias = try registry.alias("stable", of: version.name)
      if kind(index) == "alias" {
        try registry.setAlias(
          "stable", of: version.name, to: version.number, expecting: alias?.revision, reason: "good", actor: actor)
      } else if let alias, alias.number != nil {
        try registry.removeAlias("stable", of: version.name, expecting: alias.revision, reason: nil, actor: actor)
      }
    case "rollback":
      guard let last = try registry.releases().last, last.revision > 1 else { return }
      try refusable { try registry.rollback(to: last.revision - 1, reason: "worse", actor: actor) }
    case "gate":
      guard let version = try registry.versions().last else { return }
      let report = try registry.addBlob(Data("override \(index)".utf8), media: "application/json")
      try registry.addGate(GateRecord(verdict: .override, report: report, reason: "seen"), to: version, actor: actor)
    case "forget", "forgetNow":
      let tasks = try registry.tasks().filter { $0.newest.state == .registered }
      guard let task = tasks.first(where: { (try? registry.dependents(of: $0.name))?.isEmpty == true }) else { return }
      let current = try registry.currentRelease()
      var manifest = current?.manifest
      manifest?.experts[task.name] = nil
      try registry.forget(
        task.name, publishing: manifest, expecting: current?.record.revision, now: kind(index) == "forgetNow",
        reason: nil, actor: actor)
    case "retire":
      guard let version = try registry.versions().first(where: { $0.state == .registered }) else { return }
      try refusable { try registry.retire(version, reason: nil, actor: actor) }
    case "base": try registry.setBasePath("/base-\(index)", actor: actor)
    case "collect": try registry.collectGarbage(actor: actor)
    case "import":
      try registry.importBundle(bundle(index, registry.url.deletingLastPathComponent()), actor: actor)
    default:
      let folder = registry.url.deletingLastPathComponent().appendingPathComponent("backup-\(index)")
      if !FileManager.default.fileExists(atPath: folder.path) { try registry.backup(to: folder) }
    }
  }

  /// Does what the registry may refuse: a release that has what was forgotten, a version that others rest on.
  private func refusable(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as RegistryError {
      switch error {
      case .forgotten, .retired, .outOfUse, .restsOn, .invalid, .blobPurged: break
      default: throw error
      }
    }
  }

  /// What an operation needs that is not part of it: the bundle of an import.
  func prepare(_ index: Int, in folder: URL) throws {
    guard kind(index) == "import", !FileManager.default.fileExists(atPath: bundle(index, folder).path) else { return }
    let url = folder.appendingPathComponent("other-\(index)")
    let other = try Registry.create(at: url, base: Self.base, actor: "other", clock: Self.clock(index))
    let version = try register(index, other)
    try other.export([version], to: bundle(index, folder))
    try other.close()
    try FileManager.default.removeItem(at: url)
  }

  /// Puts that where another copy of the registry expects it.
  func handOver(_ index: Int, from folder: URL, to other: URL) throws {
    guard kind(index) == "import" else { return }
    try FileManager.default.copyItem(at: bundle(index, folder), to: bundle(index, other))
  }

  private func bundle(_ index: Int, _ folder: URL) -> URL { folder.appendingPathComponent("bundle-\(index).tar") }

  @discardableResult
  func register(_ index: Int, _ registry: Registry) throws -> VersionRecord {
    let name = "task-\((index * 7 + seed) % 5)"
    let tensors = try registry.addBlob(
      Data(repeating: UInt8(index % 251), count: 3000 + index), media: "application/vnd.accrete.safetensors")
    let rows = try registry.addPackedBlob(Data("{\"text\":\"row \(index)\"}\n".utf8), media: "application/x-ndjson")
    let report = try registry.addBlob(Data("{\"gate\":\(index)}".utf8), media: "application/json")
    let previous = try registry.newestVersion(named: name)
    let others = try registry.versions().filter { $0.state == .registered && $0.name != name }
    let manifest = VersionManifest(
      name: name, method: "accrete", kind: .label, labels: ["no", "yes"], base: Self.base.weights,
      tokenizer: Self.base.tokenizer, promptForm: Digest(of: Data("form".utf8)),
      parts: ["tensors": tensors, "rows": rows, "gates": report], model: .object(["step": .number(Double(index))]),
      data: [DataRecord(role: "learn", digest: rows.digest, rows: 1, from: "\(name).jsonl")], parent: previous?.digest,
      restsOn: index % 3 == 0 ? others.prefix(1).map(\.digest) : [], run: .object(["seed": .number(Double(seed))]),
      numerics: "n1", created: "2027-01-01T00:00:00Z")
    return try registry.register(
      manifest, metrics: [MetricRecord(name: "accuracy", task: name, value: 0.75, low: 0.5, high: 0.9, n: index + 1)],
      gate: GateRecord(verdict: .pass, report: report), actor: "tester")
  }
}
