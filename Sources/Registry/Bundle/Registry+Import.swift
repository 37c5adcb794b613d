import AuditedDatabase
import Files
public import Foundation
import GRDB

extension Registry {
  /// Takes the versions of a bundle. Each gets the next number of its task here; what was measured of it and what the gates said comes along as
  /// history, aliases and releases do not. A version that is here already stays as it is.
  ///
  /// - Parameter file: The bundle.
  /// - Parameter actor: Who does it.
  /// - Throws: ``RegistryError``: another base, bytes that are not what their digests say, names that are taken. No version is taken then.
  @discardableResult
  public func importBundle(_ file: URL, actor: String) throws -> Bundle {
    try requireWriting()
    // The collection leaves alone what is young as long as somebody learns or imports.
    let lock = try lockForLearning(name: "the versions of \(file.lastPathComponent)", waiting: 60)
    defer { lock.release() }
    let tar = try TarReader(file)
    let content = try Self.content(of: tar, file)
    let base = try base()
    for (what, expected, got) in [
      ("base of \(file.path)", base.weights, content.base.weights),
      ("tokenizer of \(file.path)", base.tokenizer, content.base.tokenizer),
    ] where expected != got { throw RegistryError.otherBase(what: what, expected: expected, got: got) }
    var added: [BlobReference] = []
    // Whether all is taken or nothing: what belongs to no version, or to one that was purged, does not stay.
    defer { discard(added) }
    return try taken(content, from: tar, base, &added, actor: actor)
  }

  private func taken(
    _ content: BundleContent, from tar: TarReader, _ base: BaseRecord, _ added: inout [BlobReference], actor: String
  ) throws -> Bundle {
    try takeBlobs(of: content, from: tar, &added)
    let manifests = try content.versions.map { version in
      let manifest = try manifest(version.record.digest)
      guard manifest.base == base.weights, manifest.tokenizer == base.tokenizer,
        manifest.name.hasSameCodePoints(as: version.record.name)
      else { throw tar.malformed("\(version.record.reference) is not what its manifest says") }
      try requireSound(manifest, version.metrics)
      guard manifest.parts["gates"] == nil || !version.gates.isEmpty else {
        throw tar.malformed("\(version.record.reference) has a report of its gates, and no verdict")
      }
      for gate in version.gates where try !isFounded(gate) {
        throw tar.malformed(
          "\(version.record.reference): the verdict \"\(gate.verdict.rawValue)\" is not what the report of its gates says"
        )
      }
      return manifest
    }
    return try write(actor) { ledger in
      var (taken, known, purged): ([String], [String], [String]) = ([], [], [])
      for (version, manifest) in zip(content.versions, manifests) {
        if let row = try VersionRow.find(ledger.database, digest: version.record.digest) {
          if row.record.state == .purged {
            purged.append("\(row.record.reference)")
          } else {
            known.append("\(row.record.reference)")
          }
          continue
        }
        let own = BlobReference(
          digest: version.record.digest, bytes: blobs.size(version.record.digest) ?? 0, media: Self.manifestMedia)
        let history = content.audit.filter { $0.subject.hasSameCodePoints(as: "\(version.record.reference)") }
        let record = try insert(
          manifest, own, version.metrics, version.gates, action: "import",
          [
            "as": .text("\(version.record.reference)"), "created": .text(version.record.created.formatted(.iso8601)),
            "actor": .text(version.record.actor), "head": .text(content.head.hash.description),
            "history": .list(
              history.map {
                .object([
                  "seq": .number(Double($0.sequence)), "at": .number($0.at.timeIntervalSince1970),
                  "actor": .text($0.actor),
                  "action": .text($0.action), "hash": .text($0.hash.description),
                ])
              }),
          ], in: &ledger)
        taken.append("\(record.reference)")
      }
      return Bundle(
        versions: taken, blobs: content.blobs.count, bytes: content.blobs.reduce(0) { $0 + $1.bytes }, known: known,
        purged: purged)
    }
  }

  /// Whether a verdict is that of its report: every gate passed, or one did not. A person's override, and a report of another form, say
  /// nothing that could be compared.
  private func isFounded(_ gate: GateRecord) throws -> Bool {
    guard gate.verdict != .override, let data = try? blob(gate.report.digest),
      let report = try? JSONFile.decode(JSONTree.self, from: data, path: "gates"),
      case .list(let gates)? = report["gates"]
    else { return true }
    let isPass = gates.allSatisfy { $0["verdict"]?["verdict"]?.string == "pass" }
    return isPass == (gate.verdict == .pass)
  }

  private static func content(of tar: TarReader, _ file: URL) throws -> BundleContent {
    guard let first = try tar.next(), first.name == BundleContent.file else {
      throw tar.malformed("its first entry is not \(BundleContent.file)")
    }
    let data = try tar.data(limit: BundleContent.sizeLimit)
    let path = "\(file.path): \(BundleContent.file)"
    let content = try JSONFile.decode(BundleContent.self, from: data, path: path)
    guard content.schema <= BundleContent.currentSchema else {
      throw RegistryError.newerSchema(path: file.path, found: content.schema, known: BundleContent.currentSchema)
    }
    try SealedJSON.check(data, carries: content.digest, path: path)
    return content
  }

  /// Stores every blob of a bundle under the name that its bytes give it; those that belong to no version the collection takes.
  ///
  /// - Parameter added: Those that were not there.
  private func takeBlobs(of content: BundleContent, from tar: TarReader, _ added: inout [BlobReference]) throws {
    var missing = Dictionary(content.blobs.map { ($0.digest, $0.bytes) }, uniquingKeysWith: { one, _ in one })
    guard missing.count == content.blobs.count else { throw tar.malformed("a blob that is listed twice") }
    while let entry = try tar.next() {
      let digest = entry.name.hasPrefix("blobs/sha256/") ? Digest("sha256:" + entry.name.dropFirst(13)) : nil
      guard let digest, let bytes = missing.removeValue(forKey: digest) else {
        throw tar.malformed("an entry that \(BundleContent.file) does not list: \(entry.name.printable)")
      }
      guard bytes == entry.bytes else { throw tar.malformed("\(digest) has \(entry.bytes) bytes, expected \(bytes)") }
      if blobs.size(digest) == nil { added.append(BlobReference(digest: digest, bytes: bytes, media: "")) }
      var running = RunningDigest()
      try blobs.write { descriptor, path in
        while true {
          let piece = try tar.piece()
          if piece.isEmpty { break }
          running.update(Data(piece))
          try piece.withUnsafeBytes { try AtomicFile.writeAll($0, to: descriptor, path: path) }
        }
        guard running.digest == digest else {
          throw tar.malformed("\(digest) was changed: its bytes have \(running.digest)")
        }
        return digest
      }
    }
    if let digest = missing.keys.map(\.description).min() { throw tar.malformed("\(digest) is missing") }
  }
}
