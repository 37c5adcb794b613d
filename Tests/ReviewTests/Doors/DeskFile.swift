import Files
import Foundation
import GRDB
import Synchronization
import Testing

@testable import AuditedDatabase
@testable import Review

/// A desk in a folder of its own, on a clock that stands until it is moved.
final class DeskFile: Sendable {
  let folder: URL
  let desk: ReviewDesk
  private let time: Time

  private final class Time: Sendable {
    let now = Mutex(SyntheticRows.now)
  }

  static let policy = TaskPolicy(
    task: "spam", labels: SyntheticRows.labels,
    sides: [SidePolicy(label: "violation", action: "block", precision: 0.95, confidence: 0.95)],
    coin: CoinPolicy(share: 0, double: 0))

  init(policy: TaskPolicy = policy) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("desk-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let time = Time()
    self.time = time
    desk = try ReviewDesk.open(in: folder, clock: { time.now.withLock { $0 } })
    _ = try desk.setPolicy(policy, actor: "ann")
  }

  deinit {
    try? desk.close()
    try? FileManager.default.removeItem(at: folder)
  }

  /// When it is.
  var now: Date { time.now.withLock { $0 } }

  /// Moves the clock.
  func wait(_ seconds: TimeInterval) { time.now.withLock { $0 += seconds } }

  /// Changes the file behind the desk's back.
  func change(_ body: (Database) throws -> Void) throws {
    try desk.database.write(clock: desk.clock, actor: "test") { try body($0.database) }
  }

  func read<Value>(_ body: (Database) throws -> Value) throws -> Value { try desk.database.read(body) }

  /// How many audit entries of an action there are.
  func entries(_ action: String) throws -> Int {
    try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM audit WHERE action = ?", arguments: [action]) ?? 0 }
  }

  /// What the model says of an item that it is sure of.
  static func opinion(_ probability: Double = 0.98, _ models: CertificateBindings = SyntheticRows.bindings)
    -> ModelOpinion
  {
    ModelOpinion(
      task: "spam", version: models.expert, labels: SyntheticRows.labels,
      scores: [log(1 - probability), log(probability)], probabilities: [1 - probability, probability],
      router: models.router, base: models.base)
  }

  /// Who decides an item.
  func submit(_ id: String, _ text: String? = nil, _ probability: Double = 0.98, source: String? = nil) throws
    -> ReviewDecision.Kind
  {
    try desk.submit(
      IntakeItem(id: id, task: "spam", text: text ?? "text of \(id)", source: source),
      opinion: Self.opinion(probability), actor: "sender"
    ).decision
  }

  /// A desk with a side that decides by a certificate of its own rows.
  static func deciding() throws -> DeskFile {
    let file = try DeskFile()
    let arrived = SyntheticRows.now - 3600
    try file.change { database in
      for number in 0..<300 {
        try ReviewFile.insert(
          database, "stream item \(number)", (Double(number) + 0.5) / 300, side: "violation", arrived: arrived)
      }
      for number in 0..<640 {
        let probability = (Double(number) + 0.5) / 640
        try ReviewFile.insert(
          database, String(SyntheticRows.digest("coin \(number)").hexadecimal.prefix(24)), probability,
          half: "calibrate", label: probability > 0.5 ? "violation" : "ok", arrived: arrived)
      }
      try ReviewFile.agree(database, 40)
    }
    try file.desk.serve(["spam": SyntheticRows.bindings], actor: "server")
    let found = try file.desk.certify("violation", of: "spam", actor: "ann")
    let name = try #require(found.certificate, "\(found.outcome.verdict)")
    _ = try file.desk.activate(name, actor: "ann")
    return file
  }
}
