import Crypto
import Files
import Foundation
import GRDB

extension AccessKeys {
  /// Makes a key.
  ///
  /// - Parameter request: What it shall be.
  /// - Returns: The key with its text, which is nowhere else.
  /// - Throws: ``AccessError``, `FileError`.
  public func create(_ request: AccessKeyRequest) throws -> CreatedAccessKey {
    // Of a time all that is stored are its seconds.
    let now = Date(timeIntervalSince1970: clock().timeIntervalSince1970.rounded(.down))
    let models = try Self.models(of: request, now: now)
    let database = try opened()
    defer { readAgain() }
    return try database.write { transaction in
      let path = database.path
      guard try KeyRow.countLive(transaction) < Self.mostKeys else {
        throw AccessError.tooManyKeys(limit: Self.mostKeys)
      }
      if let other = try KeyRow.find(transaction, name: request.name, path: path) {
        throw AccessError.nameTaken(name: request.name, id: other.record.id)
      }
      var generator = SystemRandomNumberGenerator()
      var key = KeyText(using: &generator)
      while try KeyRow.find(transaction, id: key.id, path: path) != nil { key = KeyText(using: &generator) }
      let record = AccessKeyRecord(
        id: key.id, name: request.name, scopes: AccessScope.allCases.filter(request.scopes.contains), models: models,
        limits: request.limits, created: now,
        expires: request.expires.map { Date(timeIntervalSince1970: $0.timeIntervalSince1970.rounded(.down)) },
        revoked: nil, lastUsed: nil)
      try KeyRow(record, digest: Data(key.digest)).insert(transaction)
      return CreatedAccessKey(record: record, key: key.text)
    }
  }

  /// All keys, revoked ones included, the oldest first.
  /// - Throws: ``AccessError``.
  public func list() throws -> [AccessKeyRecord] {
    let database = try opened()
    return try database.read { try KeyRow.all($0, path: database.path).map(\.record) }
  }

  /// Ends the use of a key, for good. A key that was revoked stays as it is.
  ///
  /// - Parameter text: Its id, its name, or the key itself, as somebody may have found it.
  /// - Returns: The key as it is now.
  /// - Throws: ``AccessError``, `FileError`.
  @discardableResult
  public func revoke(_ text: String) throws -> AccessKeyRecord {
    let now = Int(saturating: clock().timeIntervalSince1970)
    let database = try opened()
    defer { readAgain() }
    return try database.write { transaction in
      let path = database.path
      let id = KeyText(text)?.id ?? text
      guard
        let row = try KeyRow.find(transaction, id: id, path: path)
          ?? KeyRow.find(transaction, name: text, path: path)
      else {
        throw AccessError.unknownKey(
          got: text, known: try KeyRow.live(transaction, path: path).map(\.record.name).sorted())
      }
      guard row.record.revoked == nil else { return row.record }
      try KeyRow.revoke(row.record.id, at: now, transaction)
      guard let revoked = try KeyRow.find(transaction, id: row.record.id, path: path)?.record else {
        throw AccessError.damaged(path: path, reason: "a row that was written is not there")
      }
      return revoked
    }
  }

  /// The patterns of a request, and a check of all the rest of it.
  private static func models(of request: AccessKeyRequest, now: Date) throws -> [ModelPattern] {
    func refuse(_ what: String, _ got: String, _ expected: String) -> AccessError {
      .invalid(what: what, got: got, expected: expected)
    }
    let name = request.name
    guard PlainName.isPlain(name, longest: 64), let first = name.utf8.first, first != UInt8(ascii: "-"),
      first != UInt8(ascii: "_")
    else {
      let rest = String(name.drop { $0 == "_" || $0 == "-" || $0 == "." })
      let proposal = PlainName.proposal(for: rest, longest: 64).map { ", such as \($0)" } ?? ""
      throw refuse(
        "name of a key", name,
        "1 to 64 ASCII letters, digits, \".\", \"_\", \"-\", beginning with a letter or digit\(proposal)")
    }
    // Keys are revoked by name or id.
    guard !KeyText.isID(name), redacted(name).hasSameCodePoints(as: name) else {
      throw refuse("name of a key", name, "a name that looks neither like a key nor like the id of one")
    }
    guard !request.scopes.isEmpty else {
      throw refuse("scopes of a key", "none", AccessScope.allCases.map(\.rawValue).joined(separator: ", "))
    }
    guard !request.models.isEmpty, request.models.count <= 100 else {
      throw refuse("models of a key", "\(request.models.count) patterns", "1 to 100, each \(ModelPattern.allowed)")
    }
    for (what, value) in [
      ("rpm", request.limits.requestsPerMinute), ("tpm", request.limits.tokensPerMinute),
      ("concurrency", request.limits.concurrency),
    ] {
      guard let value, !AccessLimits.range.contains(value) else { continue }
      throw refuse(what, "\(value)", "\(AccessLimits.range.lowerBound) to \(AccessLimits.range.upperBound)")
    }
    if let expires = request.expires {
      let seconds = expires.timeIntervalSince1970.rounded(.down)
      guard seconds > now.timeIntervalSince1970, seconds <= Double(AccessSchema.lastSecond) else {
        throw refuse("expiry", "a time that is over, or after the year 9999", KeyExpiry.allowed)
      }
    }
    return try request.models.map { text in
      guard let pattern = ModelPattern(text) else { throw refuse("model", text, ModelPattern.allowed) }
      return pattern
    }
  }
}
