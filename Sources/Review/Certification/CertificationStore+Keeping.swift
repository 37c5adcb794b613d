import Files
import Foundation
import GRDB

extension CertificationStore {
  /// Keeps what came of a certification: the looks at its rows, and its certificate with what that names.
  ///
  /// - Parameters:
  ///   - outcome: What came of it.
  ///   - task: The task.
  ///   - label: The label.
  ///   - expected: The looks that it assumed; somebody else may have looked in the meantime.
  /// - Returns: The certificate's name; `nil` without one.
  /// - Throws: ``CertificationError/looked(task:label:)``.
  func keep(
    _ outcome: CertificationOutcome, task: String, label: String, expected: [Digest: Int]
  ) throws -> Digest? {
    guard outcome.isLook else { return nil }
    guard try looks(task, label) == expected else { throw CertificationError.looked(task: task, label: label) }
    let rows = outcome.rows.certifying.map(\.item)
    for item in rows {
      try database.cachedStatement(
        sql: """
          INSERT INTO look(item, label, count) SELECT number, ?, 1 FROM item WHERE task = ? AND digest = ? AND half = 'calibrate'
          ON CONFLICT(item, label) DO UPDATE SET count = count + 1
          """
      ).execute(arguments: [label, task, item.bytes])
    }
    guard let certificate = outcome.certificate else { return nil }
    return try keep(certificate, blobs: outcome.blobs, rows: rows)
  }

  /// Keeps a certificate with the blobs that it names.
  ///
  /// - Parameters:
  ///   - certificate: The certificate.
  ///   - blobs: The blobs; those that are there already stay.
  ///   - rows: The rows that it rests on.
  /// - Returns: Its name.
  func keep(_ certificate: Certificate, blobs: [Digest: Data], rows: [Digest]) throws -> Digest {
    for (digest, data) in blobs.sorted(by: { $0.key.hexadecimal < $1.key.hexadecimal }) {
      try database.cachedStatement(sql: "INSERT INTO evidence(digest, body) VALUES(?, ?) ON CONFLICT DO NOTHING")
        .execute(arguments: [digest.bytes, data])
    }
    let data = try certificate.data()
    let name = Digest(of: data)
    try database.cachedStatement(
      sql: """
        INSERT INTO certificate(digest, task, label, body, expires, at) VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
        """
    ).execute(
      arguments: [name.bytes, certificate.task, certificate.side, data, certificate.expires.at, seconds(now)])
    for item in rows {
      try database.cachedStatement(
        sql: """
          INSERT INTO certified(item, certificate) SELECT number, ? FROM item WHERE task = ? AND digest = ? AND half = 'calibrate'
          ON CONFLICT DO NOTHING
          """
      ).execute(arguments: [name.bytes, certificate.task, item.bytes])
    }
    return name
  }

  /// A certificate by its name, as it was kept.
  ///
  /// - Throws: ``CertificationError/unknownCertificate(_:)``, ``CertificationError/changed(what:expected:got:)``.
  func certificate(_ digest: Digest) throws -> NamedCertificate {
    let data = try Data.fetchOne(
      try database.cachedStatement(sql: "SELECT body FROM certificate WHERE digest = ?"), arguments: [digest.bytes])
    guard let data else { throw CertificationError.unknownCertificate(digest) }
    return try NamedCertificate(data, named: digest)
  }

  /// The bytes of a grid or of rows.
  ///
  /// - Throws: ``CertificationError/unknownCertificate(_:)`` where they are missing.
  func evidence(_ digest: Digest) throws -> Data {
    let data = try Data.fetchOne(
      try database.cachedStatement(sql: "SELECT body FROM evidence WHERE digest = ?"), arguments: [digest.bytes])
    guard let data else { throw CertificationError.unknownCertificate(digest) }
    return data
  }

  /// What a row is, and where it stands, for whoever wants to use it; `nil` where no item has the digest.
  ///
  /// Of several items with one text the strictest counts: what one of them forbids is forbidden.
  ///
  /// - Parameter item: The row's digest.
  func standings(_ item: Digest) throws -> [RowStanding] {
    let rows = try Row.fetchAll(
      try database.cachedStatement(
        sql: """
          SELECT i.state, i.half, i.side IS NOT NULL AND NOT EXISTS(SELECT 1 FROM vote v WHERE v.item = i.number AND v.undone = 0),
            (SELECT count(*) FROM certified d WHERE d.item = i.number),
            (SELECT count(*) FROM certified d JOIN certificate c ON c.digest = d.certificate
              WHERE d.item = i.number AND c.expires > ?)
          FROM item i WHERE i.digest = ?
          """), arguments: [seconds(now), item.bytes])
    return try rows.map { row in
      let half = try row.decode(String?.self, atIndex: 1)
      let origin: RowOrigin =
        switch half {
        case "calibrate": .coinCalibrate
        case "monitor": .coinMonitor
        default: try row.decode(Bool.self, atIndex: 2) ? .automatic : .queue
        }
      let (any, current) = (try row.decode(Int.self, atIndex: 3), try row.decode(Int.self, atIndex: 4))
      return RowStanding(
        origin: origin, isFinal: try row.decode(String.self, atIndex: 0) == ItemState.final.rawValue,
        certificate: current > 0 ? .current : any > 0 ? .expired : .none)
    }
  }
}
