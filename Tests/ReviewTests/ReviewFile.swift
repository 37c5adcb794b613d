import Files
import Foundation
import GRDB
import Testing

@testable import Review

/// A `review.sqlite` in memory, and items as the stream brings them.
struct ReviewFile {
  let queue: DatabaseQueue
  static let policy = KeptPolicy(
    revision: 1,
    policy: TaskPolicy(
      task: "spam", labels: SyntheticRows.labels,
      sides: [SidePolicy(label: "violation", action: "block", precision: 0.95, confidence: 0.95)]),
    actor: "ann", at: SyntheticRows.now)

  init() throws {
    queue = try DatabaseQueue()
    try queue.write { try $0.execute(sql: ReviewSchema.sql) }
    try sides { try $0.serve(SyntheticRows.bindings, task: "spam") }
  }

  func sides<Result>(at now: Date = SyntheticRows.now, _ body: (SideStore) throws -> Result) throws -> Result {
    try queue.write { try body(SideStore(database: $0, now: now)) }
  }

  func certification<Result>(
    at now: Date = SyntheticRows.now, _ body: (CertificationStore) throws -> Result
  ) throws -> Result {
    try queue.write { try body(CertificationStore(database: $0, now: now)) }
  }

  /// Adds an item.
  ///
  /// - Parameters:
  ///   - text: Its text, unlike all others.
  ///   - probability: That of `violation`.
  ///   - half: Which half of the coin's it is of.
  ///   - label: Its final label; `nil` for one that waits.
  ///   - side: The side that decided it.
  ///   - place: Its place among the final labels; by default its number.
  func add(
    _ text: String, _ probability: Double, half: String? = nil, label: String? = nil, side: String? = nil,
    place: Int? = nil, arrived: Date = SyntheticRows.now, isContentGone: Bool = false
  ) throws {
    try queue.write {
      try Self.insert(
        $0, text, probability, half: half, label: label, side: side, place: place, arrived: arrived,
        isContentGone: isContentGone)
    }
  }

  /// Adds an item to a database.
  static func insert(
    _ database: Database, _ text: String, _ probability: Double, half: String? = nil, label: String? = nil,
    side: String? = nil, place: Int? = nil, arrived: Date = SyntheticRows.now, isContentGone: Bool = false
  ) throws {
    let opinion = ModelOpinion(
      task: "spam", version: SyntheticRows.bindings.expert, labels: SyntheticRows.labels,
      scores: [log(1 - probability), log(probability)], probabilities: [1 - probability, probability],
      router: SyntheticRows.bindings.router, base: SyntheticRows.bindings.base)
    let (body, seconds) = (try JSONFile.encode(opinion, pretty: false), Int(arrived.timeIntervalSince1970))
    let number = 1 + (try Int.fetchOne(database, sql: "SELECT max(number) FROM item") ?? 0)
    let state = label != nil ? "final" : half != nil ? "queued" : side != nil ? "automatic" : "queued"
    try database.execute(
      sql: """
        INSERT INTO item(number, id, digest, task, policy, state, half, blind, people, drawn, decision, side, priority, arrived, due,
          late, lease_until, label, place) VALUES(?, ?, ?, 'spam', 1, ?, ?, 0, 1, 1, '{}', ?, 0, ?, ?, 0, 0, ?, ?)
        """,
      arguments: [
        number, "id \(number)", SyntheticRows.digest(text).bytes, state, half, side, seconds, seconds, label,
        label == nil ? nil : place ?? number,
      ])
    try database.execute(
      sql: "INSERT INTO opinion VALUES(?, ?)", arguments: [number, String(decoding: body, as: UTF8.self)])
    if !isContentGone {
      try database.execute(
        sql: "INSERT INTO content VALUES(?, ?, NULL, NULL, '{}', ?)", arguments: [number, text, seconds])
    }
  }

  /// So many pairs of people who agree.
  func agree(_ count: Int) throws { try queue.write { try Self.agree($0, count) } }

  /// The same in a database.
  static func agree(_ database: Database, _ count: Int) throws {
    for _ in 0..<count {
      try database.execute(
        sql: """
          INSERT INTO double SELECT number, task, 'ok', 'ok', ? FROM item
          WHERE number NOT IN (SELECT item FROM double) LIMIT 1
          """, arguments: [Int(SyntheticRows.now.timeIntervalSince1970)])
    }
  }

  /// A week of the stream and as many coin rows, all of them right.
  static func week(coinRows: Int = 640) throws -> ReviewFile {
    let file = try ReviewFile()
    let arrived = SyntheticRows.now - 3600
    for number in 0..<300 {
      try file.add("stream item \(number)", (Double(number) + 0.5) / 300, side: nil, arrived: arrived)
    }
    for number in 0..<coinRows {
      let probability = (Double(number) + 0.5) / Double(coinRows)
      try file.add(
        String(SyntheticRows.digest("coin \(number)").hexadecimal.prefix(24)), probability, half: "calibrate",
        label: probability > 0.5 ? "violation" : "ok", arrived: arrived)
    }
    try file.agree(40)
    return file
  }

  /// A side that decides by a certificate of other rows, and people who agree.
  static func deciding() throws -> ReviewFile {
    let file = try ReviewFile()
    for number in 0..<40 { try file.add("item \(number)", 0.3, arrived: SyntheticRows.now - 3600) }
    try file.agree(40)
    try file.sides {
      _ = try $0.activate(by: try SyntheticRows.certificate().1, policy, approvals: [], hasCoinKey: true)
    }
    return file
  }

  /// The outcome of a certification, kept.
  func certify(at now: Date = SyntheticRows.now) throws -> (CertificationOutcome, Digest?) {
    try certification(at: now) { store in
      let request = try store.request("violation", Self.policy.policy, for: SyntheticRows.bindings)
      let outcome = try Certifier.certify(request)
      return (outcome, try store.keep(outcome, task: "spam", label: "violation", expected: request.looks))
    }
  }

  /// Lets the side decide by a certificate of the week.
  func activate(at now: Date = SyntheticRows.now) throws {
    let (outcome, name) = try certify(at: now)
    let certificate = try #require(name, "\(outcome.verdict)")
    try sides(at: now) { sides in
      let named = try CertificationStore(database: sides.database, now: now).certificate(certificate)
      _ = try sides.activate(by: named, Self.policy, approvals: [], hasCoinKey: true)
    }
  }

  /// The side as it decides an item that the model is sure of; `nil` where a person does.
  func decide(at now: Date = SyntheticRows.now, hasCoinKey: Bool = true, policy: KeptPolicy = policy) throws -> Side? {
    let opinion = ModelOpinion(
      task: "spam", version: SyntheticRows.bindings.expert, labels: SyntheticRows.labels,
      scores: [log(0.02), log(0.98)],
      probabilities: [0.02, 0.98], router: SyntheticRows.bindings.router, base: SyntheticRows.bindings.base)
    return try sides(at: now) { store in
      let (sides, _) = try store.check(policy, hasCoinKey: hasCoinKey, counts: true)
      return try store.decide(sides, opinion)?.side
    }
  }
}
