import Files
public import Foundation

/// Reading the files of a run, each only if it is what the run wrote.
extension RunFolder {
  public var seal: URL { url.appendingPathComponent("seal.json") }

  /// Whether changes of its files would be noticed: not in a folder that an earlier version made.
  public func isSealed() throws -> Bool { try format() ?? Manifest.currentFormat >= Manifest.sealedFormat }

  /// The bytes of a file.
  /// - Throws: ``RunError/fileChanged(path:recorded:now:)``, ``RunError/fileRemoved(path:)``, `FileError`; where the run has no such
  ///   file `FileError.notFound`.
  public func contents(_ file: URL) throws -> Data {
    var data: Data?
    try requireSealed(file) {
      data = try OptionalFile.read {
        let mapped = try MappedFile(inside(file))
        guard mapped.bytes.count <= JSONFile.sizeLimit else {
          throw FileError.tooLarge(path: file.path, bytes: mapped.bytes.count, limit: JSONFile.sizeLimit)
        }
        return mapped.data()
      }
      return data.map { Digest(of: $0) }
    }
    guard let data else { throw FileError.notFound(path: file.path) }
    return data
  }

  /// Requires that a file, or its absence, is what the run left, without reading it into memory.
  /// - Throws: As ``contents(_:)``, but for a file that the run does not have.
  package func requireSealed(_ file: URL) throws {
    try requireSealed(file) { try OptionalFile.read { try Digest(ofFile: inside(file)) } }
  }

  private func requireSealed(_ file: URL, _ found: () throws -> Digest?) throws {
    let name = name(of: file)
    while true {
      let seal = try sealing.seal(of: self)
      let digest = try found()
      guard let seal, !seal.allows(digest, at: name) else { return }
      // Another process may have written it just now.
      if try sealing.hasChanged(self) { continue }
      throw problem(file, recorded: seal.files[name], now: digest)
    }
  }

  /// The same by a seal that was read already, whatever the file says now: who looks at many files reads it once.
  package func requireSealed(_ file: URL, by seal: RunSeal) throws {
    let (name, digest) = (name(of: file), try OptionalFile.read { try Digest(ofFile: inside(file)) })
    guard seal.allows(digest, at: name) else { throw problem(file, recorded: seal.files[name], now: digest) }
  }

  private func problem(_ file: URL, recorded: Digest?, now: Digest?) -> RunError {
    guard let now else { return .fileRemoved(path: file.path) }
    return .fileChanged(path: file.path, recorded: recorded?.description ?? "not there", now: now.description)
  }

  /// Requires that a file to which lines are added begins with the bytes of the last checkpoint.
  /// - Throws: As ``contents(_:)``.
  package func requireSealedLog(_ file: URL) throws {
    let name = name(of: file)
    while true {
      guard let seal = try sealing.seal(of: self) else { return }
      let log = seal.logs[name]
      let now = try OptionalFile.read { try RunningDigest(ofFirst: log?.bytes ?? .max, in: inside(file)).digest }
      if log == nil, now == nil { return }
      if let log, now == log.digest { return }
      if try sealing.hasChanged(self) { continue }
      throw problem(file, recorded: log?.digest, now: now)
    }
  }

  /// Its path in the folder.
  package func name(of file: URL) -> String {
    String(decoding: file.path.utf8.dropFirst(url.path.utf8.count + 1), as: UTF8.self)
  }

  /// Reads `seal.json`.
  /// - Throws: ``RunError/fileRemoved(path:)`` where there should be one.
  func readSeal() throws -> RunSeal? {
    let format = try format()
    let data = try OptionalFile.read { try JSONFile.contents(of: inside(seal)) }
    let isOld = format.map { $0 < Manifest.sealedFormat } ?? true
    guard let data else {
      // It is written before anything else that is scored or learned.
      let files = FileManager.default
      let scored =
        try [costs, matrix, metrics].contains { files.fileExists(atPath: $0.path) } || !checkpointPositions().isEmpty
      guard isOld || !scored else { throw RunError.fileRemoved(path: seal.path) }
      return nil
    }
    guard !isOld else {
      throw RunError.changed(
        folder: url.path, what: manifest.lastPathComponent,
        recorded: "with format \(Manifest.currentFormat) and \(seal.lastPathComponent)",
        now: format.map { "with format \($0)" } ?? "missing")
    }
    return try RunSeal.decode(data, path: seal.path)
  }

  /// The version of the folder's form that `manifest.json` names; `nil` where there is none.
  private func format() throws -> Int? {
    struct Form: Decodable { let format: Int }
    return try OptionalFile.read { try JSONFile.read(Form.self, from: inside(manifest)).format }
  }
}
