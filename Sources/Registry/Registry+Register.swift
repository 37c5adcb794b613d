import AuditedDatabase
import Files
import Foundation
import GRDB

extension Registry {
  /// Takes a version into the registry. Registering an equal manifest again returns the version that is there, as it is.
  ///
  /// - Parameter manifest: What it is; its blobs were added before.
  /// - Parameter metrics: What was measured of it; the first is its main score.
  /// - Parameter gate: What the gates said of it.
  /// - Parameter actor: Who does it.
  /// - Throws: ``RegistryError``: a name that is not plain or differs from another only by case, another base, a blob that is missing or
  ///   was changed, versions it rests on that are not there, more versions than a registry takes. Nothing is done then.
  public func register(
    _ manifest: VersionManifest, metrics: [MetricRecord], gate: GateRecord?, actor: String
  ) throws -> VersionRecord {
    try requireWriting()
    try requireSound(manifest, metrics)
    for blob in manifest.parts.values + [gate?.report].compactMap({ $0 }) { try blobs.verify(blob.digest) }
    let data = try Self.encoded("manifest of \(manifest.name)") { try manifest.canonicalData() }
    let own = try blobs.add(data, media: Self.manifestMedia)
    return try write(actor) { ledger in
      if let known = try VersionRow.find(ledger.database, digest: own.digest) { return known.record }
      return try insert(manifest, own, metrics, gate.map { [$0] } ?? [], action: "register", [:], in: &ledger)
    }
  }

  /// Adds a verdict on a version that is there: a person's override.
  ///
  /// - Parameter gate: The verdict; its report was added before.
  /// - Parameter version: The version.
  /// - Parameter actor: Who does it.
  /// - Throws: ``RegistryError``.
  public func addGate(_ gate: GateRecord, to version: VersionRecord, actor: String) throws {
    try requireWriting()
    try blobs.verify(gate.report.digest)
    try write(actor) { try add(gate, to: version, in: &$0) }
  }

  func add(_ gate: GateRecord, to version: VersionRecord, in ledger: inout Ledger) throws {
    let row = try VersionRow.require(ledger.database, digest: version.digest)
    try insert(gate, expert: row.expert, number: row.record.number, in: &ledger)
    try ledger.record("gate", "\(row.record.reference)", ["verdict": .text(gate.verdict.rawValue)])
  }

  /// Refuses a name for a task that is not plain, that differs from a registered one only by case, or that is reserved.
  ///
  /// - Parameter name: The name.
  /// - Throws: ``RegistryError/illegalName(got:what:)``, ``RegistryError/nameTaken(got:other:)``,
  ///   ``RegistryError/nameReserved(got:)``.
  public func requireUsableName(_ name: String) throws {
    try Self.requirePlain(name, Self.taskName)
    try database.read { database in
      if try expert(named: name, database) == nil { try Self.requireUnreserved(name) }
    }
  }

  /// Names of what a server is asked for beside tasks; upper and lower case count as the same.
  ///
  /// A registry may have a task of such a name from an earlier program: that one goes on, and its versions are named by their numbers.
  public static let reservedNames = ["auto", "base"]

  private static func requireUnreserved(_ name: String) throws {
    let small = name.lowercased()
    guard !reservedNames.contains(where: small.hasSameCodePoints) else { throw RegistryError.nameReserved(got: name) }
  }

  static let manifestMedia = "application/vnd.accrete.version+json"
  /// What messages call the name of a task.
  static let taskName = "task name"
  /// More rows than anybody has; what is made of them still has sums.
  private static let mostRows = 1 << 40
  private static let mostDataRecords = 1 << 16

  static func requirePlain(_ name: String, _ what: String) throws {
    guard PlainName.isPlain(name, longest: VersionReference.longest) else {
      throw RegistryError.illegalName(got: name, what: what)
    }
  }

  /// What an encoder throws, as an error of what was to be encoded.
  static func encoded(_ what: String, _ body: () throws -> Data) throws -> Data {
    do {
      return try body()
    } catch is EncodingError {
      throw RegistryError.invalid(
        what: what, got: "a number that is infinite or none", expected: "finite numbers", fix: "Leave it out.")
    }
  }

  /// The number by which the database knows a task; `nil` for a new one.
  func expert(named name: String, _ database: Database) throws -> Int? {
    let row = try Row.fetchOne(
      try database.cachedStatement(sql: "SELECT id, name FROM expert WHERE folded = ?"), arguments: [name.lowercased()])
    guard let row else { return nil }
    let other: String = try row.value(1)
    guard other.hasSameCodePoints(as: name) else { throw RegistryError.nameTaken(got: name, other: other) }
    return try row.value(0)
  }

  /// Everything about a manifest that needs no database.
  func requireSound(_ manifest: VersionManifest, _ metrics: [MetricRecord]) throws {
    guard manifest.schema == VersionManifest.currentSchema else {
      throw RegistryError.newerSchema(
        path: "manifest of \(manifest.name)", found: manifest.schema, known: VersionManifest.currentSchema)
    }
    try Self.requirePlain(manifest.name, Self.taskName)
    for role in manifest.parts.keys { try Self.requirePlain(role, "role of a part") }
    let base = try base()
    guard manifest.base == base.weights else {
      throw RegistryError.otherBase(what: "base of \(manifest.name)", expected: base.weights, got: manifest.base)
    }
    guard manifest.tokenizer == base.tokenizer else {
      throw RegistryError.otherBase(
        what: "tokenizer of \(manifest.name)", expected: base.tokenizer, got: manifest.tokenizer)
    }
    func refuse(_ got: String, _ expected: String) -> RegistryError {
      .invalid(what: "version of \(manifest.name)", got: got, expected: expected, fix: "Register it without them.")
    }
    if Set(manifest.labels.map(ExactText.init)).count < manifest.labels.count {
      throw refuse("a label that is listed twice", "each label once")
    }
    guard manifest.data.count <= Self.mostDataRecords else {
      throw refuse("\(manifest.data.count) records of its rows", "at most \(Self.mostDataRecords)")
    }
    if let record = manifest.data.first(where: { !(0...Self.mostRows).contains($0.rows) }) {
      throw refuse("\(record.rows) rows to \(record.role)", "0 to \(Self.mostRows) rows")
    }
    let keys = Set(metrics.map { "\($0.name)\u{0}\($0.task)" })
    guard keys.count == metrics.count else { throw refuse("a metric twice", "each metric of a task once") }
    for metric in metrics {
      guard metric.name.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
        throw refuse("the metric \(metric.name.debugDescription)", "names without control characters")
      }
      guard (0...Self.mostRows).contains(metric.n ?? 0) else {
        throw refuse("\(metric.name) of \(metric.n ?? 0) rows", "0 to \(Self.mostRows) rows")
      }
      for value in [metric.value, metric.low, metric.high].compactMap({ $0 }) where value.magnitude > 1e15 {
        throw refuse("\(metric.name) \(value)", "metrics up to 1e15")
      }
      for value in [metric.value, metric.low, metric.high].compactMap({ $0 }) where !value.isFinite {
        throw refuse("\(metric.name) \(value)", "finite metrics")
      }
      guard (metric.low ?? metric.value) <= metric.value, metric.value <= metric.high ?? metric.value else {
        throw refuse("\(metric.name) \(metric.value) outside of its interval", "intervals that hold their values")
      }
    }
  }

  /// Refuses one version more than a registry takes; those that are out of use do not count.
  private func requireRoom(_ database: Database) throws {
    // Each version has an entry in the audit, whose last number is known at once; versions have to be counted.
    guard try Int.fetchOne(database, sql: "SELECT max(seq) FROM audit") ?? 0 >= mostVersions else { return }
    let count = try Int.fetchOne(
      database, sql: "SELECT count(*) FROM version WHERE state = ?",
      arguments: [VersionRecord.State.registered.rawValue])
    guard count ?? 0 < mostVersions else { throw RegistryError.tooManyVersions(limit: mostVersions) }
  }

  /// Writes the rows of a version.
  ///
  /// - Parameter manifest: What it is.
  /// - Parameter own: The manifest's blob.
  /// - Parameter action: As the audit calls it.
  /// - Parameter facts: For the audit.
  func insert(
    _ manifest: VersionManifest, _ own: BlobReference, _ metrics: [MetricRecord], _ gates: [GateRecord], action: String,
    _ facts: [String: JSONTree], in ledger: inout Ledger
  ) throws -> VersionRecord {
    try requireRoom(ledger.database)
    let expert: Int
    if let known = try self.expert(named: manifest.name, ledger.database) {
      expert = known
    } else {
      try Self.requireUnreserved(manifest.name)
      expert = try Int.fetchOne(ledger.database, sql: "SELECT ifnull(max(id), 0) + 1 FROM expert") ?? 1
      try ledger.insert(
        .expert,
        ["id": expert, "name": manifest.name, "folded": manifest.name.lowercased(), "created": ledger.at])
    }
    let number =
      try Int.fetchOne(
        ledger.database, sql: "SELECT ifnull(max(number), 0) + 1 FROM version WHERE expert = ?", arguments: [expert])
      ?? 1
    for blob in [own] + manifest.parts.values.sorted(by: { $0.digest.description < $1.digest.description }) {
      try name(blob, in: &ledger)
    }
    let learned = manifest.data.filter { $0.role == "learn" }
    var sizes = [own.digest: own.bytes]
    for blob in manifest.parts.values { sizes[blob.digest] = blob.bytes }
    try ledger.insert(
      .version,
      [
        "expert": expert, "number": number, "manifest": own.digest.bytes,
        "tensors": manifest.parts[VersionManifest.Role.tensors]?.digest.bytes, "base": manifest.base.bytes,
        "tokenizer": manifest.tokenizer.bytes, "template": manifest.template?.bytes, "method": manifest.method,
        "kind": manifest.kind.rawValue, "parent": manifest.parent?.bytes, "bytes": sizes.values.reduce(0, +),
        "examples": learned.isEmpty ? nil : learned.reduce(0) { $0 + $1.rows },
        "source": learned.compactMap(\.from).first, "state": VersionRecord.State.registered.rawValue,
        "created": ledger.at, "actor": ledger.actor,
      ])
    for (role, blob) in manifest.parts.sorted(by: { $0.key < $1.key }) {
      try ledger.insert(.part, ["expert": expert, "number": number, "role": role, "digest": blob.digest.bytes])
    }
    for needed in Set(manifest.restsOn).sorted(by: { $0.description < $1.description }) {
      let row = try VersionRow.find(ledger.database, digest: needed)
      guard let row else { throw RegistryError.unknownVersionDigest(needed, what: "\(manifest.name): rests on") }
      guard row.record.state == .registered else {
        throw RegistryError.outOfUse(version: "\(row.record.reference)", state: row.record.state)
      }
      try ledger.insert(.rest, ["expert": expert, "number": number, "needs": needed.bytes])
    }
    for (position, metric) in metrics.enumerated() {
      try ledger.insert(
        .metric,
        [
          "expert": expert, "number": number, "name": metric.name, "task": metric.task, "position": position,
          "value": metric.value, "low": metric.low, "high": metric.high, "n": metric.n,
        ])
    }
    for gate in gates { try insert(gate, expert: expert, number: number, in: &ledger) }
    try ledger.record(action, "\(manifest.name)@\(number)", facts)
    return try VersionRow.require(ledger.database, digest: own.digest).record
  }

  private func insert(_ gate: GateRecord, expert: Int, number: Int, in ledger: inout Ledger) throws {
    try name(gate.report, in: &ledger)
    let id = try Int.fetchOne(ledger.database, sql: "SELECT ifnull(max(id), 0) + 1 FROM gate") ?? 1
    try ledger.insert(
      .gate,
      [
        "id": id, "expert": expert, "number": number, "verdict": gate.verdict.rawValue,
        "report": gate.report.digest.bytes,
        "reason": gate.reason, "actor": ledger.actor, "at": ledger.at,
      ])
  }
}
