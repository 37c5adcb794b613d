import Assurance
import Files
import Foundation
import Registry
import Review
import Testing

@testable import Evolution

/// Which rows production takes for what, and how it learns and releases.
@Suite struct LoopProductionTests {
  private func job(_ inputs: LoopInputs, _ state: LoopState = .collect) -> LoopJob {
    LoopJob(
      task: "spam", state: state, attempt: 1, since: Date(timeIntervalSince1970: 1_800_000_000), inputs: inputs,
      findings: LoopFindings(), coolDown: 0, until: nil, requestedBy: nil, lease: nil)
  }

  private func production(_ home: Home, _ desk: ReviewedRows) throws -> LoopProduction {
    LoopProduction(
      home.registry, try LoopStore(in: home.registry.url), desk: desk,
      settings: .init(program: URL(fileURLWithPath: "/bin/false"), base: { try Home.base.get() }))
  }

  /// F.2: the coin's monitor half gates, queue rows and appeals teach, nothing else does anything.
  @Test func eachRowDoesWhatItMay() throws {
    let (home, desk) = (try Home(), ReviewedRows())
    let origins = RowOrigin.allCases
    desk.with { contents in
      contents.rows = (1...500).map { ReviewedRows.row($0, origins[$0 % origins.count], isFinal: $0 % 11 != 0) }
    }
    let production = try production(home, desk)
    var inputs = LoopInputs()
    inputs.sequence = 400
    let found = try production.collect(job(inputs))
    let frozen = try production.files.lines(FrozenRow.self, found.rows)
    #expect(frozen.allSatisfy { $0.sequence <= 400 && $0.sequence % 11 != 0 })
    for row in frozen {
      let origin = origins[row.sequence % origins.count]
      #expect(row.use == (origin == .coinMonitor ? .gate : .teach))
      #expect([.coinMonitor, .queue, .appeal].contains(origin))
    }
    #expect(found.count == frozen.count { $0.use == .teach } && found.count > 100)
    // The same inputs, the same digest; one label more, another.
    #expect(try production.collect(job(inputs)).rows == found.rows)
    desk.with { $0.rows[5] = ReviewedRows.row(6, .queue, label: "other") }
    #expect(try production.collect(job(inputs)).rows != found.rows)
  }

  /// What was erased or labelled otherwise after it was frozen teaches nothing; gate rows are no learn rows.
  @Test func cleansWhatWasFrozen() throws {
    let (home, desk) = (try Home(), ReviewedRows())
    desk.with { contents in
      contents.rows = (1...600).map { ReviewedRows.row($0, $0 % 4 == 0 ? .coinMonitor : .queue) }
      contents.heldOut = contents.rows.filter { $0.standing.origin == .coinMonitor }.map {
        HeldOutRow(id: $0.id, text: $0.words ?? "", task: "spam", use: .monitor)
      }
    }
    let production = try production(home, desk)
    var inputs = LoopInputs()
    inputs.sequence = 600
    inputs.rows = try production.collect(job(inputs)).rows
    desk.with { contents in
      let erased = contents.rows[0]
      contents.rows[0] = FinalRow(
        id: erased.id, place: erased.place, text: erased.text, words: nil, label: erased.label, source: nil,
        reviewers: [], isSettled: false, standing: erased.standing)
      contents.rows[1] = ReviewedRows.row(2, .queue, label: "other")
    }
    let cleaned = try production.clean(job(inputs, .clean))
    let lines = try production.files.lines(TrainingLine.self, cleaned.set)
    #expect(!lines.contains { $0.id == "item-1" || $0.id == "item-2" })
    #expect(lines.count { $0.split == .test } == 150)
    #expect(lines.allSatisfy { ($0.split == .test) == (($0.sequence ?? 0) % 4 == 0) })
    let chosen = Double(lines.count { $0.split == .validation }) / Double(cleaned.count)
    #expect((0.08...0.22).contains(chosen), "\(chosen)")
    #expect(try production.clean(job(inputs, .clean)) == cleaned)
  }

  /// What holds texts goes when no job needs it any more, and not while a runner may be about to write it down.
  @Test func oldFilesGo() throws {
    let (home, desk) = (try Home(), ReviewedRows())
    let production = try production(home, desk)
    let digest = try production.files.add(Data("{}\n".utf8))
    _ = try production.facts(of: "spam", after: 0)
    #expect(try production.files.read(digest) == Data("{}\n".utf8))
    func age() throws {
      try FileManager.default.setAttributes(
        [.modificationDate: Date(timeIntervalSinceNow: -7200)], ofItemAtPath: production.files.url(digest).path)
    }
    try age()
    // Written again, it is young again.
    #expect(try production.files.add(Data("{}\n".utf8)) == digest)
    _ = try production.facts(of: "spam", after: 0)
    #expect(try production.files.quiet().isEmpty && !production.files.read(digest).isEmpty)
    try age()
    _ = try production.facts(of: "spam", after: 0)
    #expect(throws: FileError.self) { try production.files.read(digest) }
    // Another one's bytes under this name are refused.
    try FileManager.default.createDirectory(at: production.files.folder, withIntermediateDirectories: true)
    try Data("[]".utf8).write(to: production.files.url(digest))
    #expect(throws: RegistryError.self) { try production.files.read(digest) }
  }

  /// F3: a planted forbidden row is refused by G9, also where only its text is that of a row that measures.
  @Test func provenance() throws {
    let rows = (1...40).map { ReviewedRows.row($0, $0 % 4 == 0 ? .coinMonitor : .queue) }
    func gate(
      _ change: (inout [TrainingLine]) -> Void = { _ in }, standings: [FinalRow]? = nil, hasReceipt: Bool = true
    ) -> Gate {
      var set = rows.map {
        TrainingLine(
          id: $0.id, text: $0.words ?? "", label: $0.label,
          split: $0.standing.origin == .coinMonitor ? .test : .train, sequence: $0.place)
      }
      change(&set)
      let frozen = rows.map {
        FrozenRow(
          id: $0.id, digest: $0.digest, sequence: $0.place,
          use: $0.standing.origin == .coinMonitor ? .gate : .teach)
      }
      return ProvenanceGate.gate(
        set: set, frozen: frozen,
        standings: Dictionary(
          (standings ?? rows).map { (ExactText($0.id), $0) }, uniquingKeysWith: { first, _ in first }),
        hasReceipt: hasReceipt)
    }
    func line(_ row: FinalRow, _ split: TrainingLine.Split) -> TrainingLine {
      TrainingLine(id: row.id, text: row.words ?? "", label: row.label, split: split, sequence: row.place)
    }
    #expect(gate().verdict == .pass)
    #expect(gate(hasReceipt: false).verdict == .fail)
    #expect(gate({ $0 = [] }).verdict == .fail)
    // A row that measures is learned from.
    #expect(gate({ $0[3] = line(rows[3], .train) }).finding.contains("yardstick"))
    // A row that was chosen gates.
    #expect(gate({ $0[0] = line(rows[0], .test) }).verdict == .fail)
    // A row that nobody froze.
    #expect(gate({ $0.append(line(ReviewedRows.row(99), .train)) }).finding.contains("not there"))
    // Labelled otherwise since; decided automatically after all; the words of a row that measures under another id.
    var other = rows
    other[0] = ReviewedRows.row(1, .queue, label: "other")
    #expect(gate(standings: other).finding.contains("not what was frozen"))
    other[0] = ReviewedRows.row(1, .automatic)
    #expect(gate(standings: other).finding.contains("own-opinion"))
    other = rows + [ReviewedRows.row(77, .coinMonitor, words: rows[0].words)]
    #expect(gate(standings: other).finding.contains("the same text measures"))
  }

  /// `learn` for the loop registers a version and releases none; its name says which set it was learned from.
  @Test func learnsWithoutReleasing() throws {
    let home = try Home()
    let file = try home.rows("weather")
    var learning = LearnJob(file: file, options: Home.options(), program: "test", actor: "test")
    learning.releases = false
    let outcome = try Learn(learning, in: home.registry, on: home.base).run()
    #expect(outcome.release == nil && outcome.version.from == file.lastPathComponent)
    #expect(try home.registry.currentRelease() == nil)
  }

  /// From a set to a release and back, with a version that is there: every action twice, as after a death.
  @Test func releasesAndTakesBack() throws {
    let (home, desk) = (try Home(), ReviewedRows())
    try home.learn(home.rows("traffic"))
    let before = try #require(try home.registry.currentRelease())
    var learning = LearnJob(file: try home.rows("weather"), options: Home.options(), program: "test", actor: "test")
    learning.name = "spam"
    learning.releases = false
    let version = try Learn(learning, in: home.registry, on: home.base).run().version

    let production = try production(home, desk)
    var inputs = LoopInputs()
    (inputs.candidate, inputs.release) = (version.digest, before.record.revision)
    let certified = try production.certify(job(inputs, .certify))
    #expect(try production.certify(job(inputs, .certify)) == certified)
    #expect(certified.certificates.isEmpty && certified.gate.verdict == .pass)
    #expect(certified.gate.finding.contains("people decide spam/ok, spam/violation"))
    (inputs.manifest, inputs.certificates) = (certified.manifest, certified.certificates)
    #expect(try production.waitingRelease(certified.manifest).experts.keys.sorted() == ["spam", "traffic"])

    let revision = try production.promote(job(inputs, .promote))
    #expect(try production.promote(job(inputs, .promote)) == revision)
    let served = try #require(try home.registry.currentRelease())
    #expect(served.record.revision == revision && served.manifest.certificates == certified.certificates)
    inputs.promoted = revision
    try production.rollback(job(inputs, .rollback))
    try production.rollback(job(inputs, .rollback))
    let after = try #require(try home.registry.currentRelease())
    #expect(after.manifest == before.manifest && after.record.revision == revision + 1)
    #expect(desk.with { $0.people } == ["spam"] && desk.with { $0.checkedAgain.count } == 2)

    // Somebody was first: nothing is published.
    #expect(throws: LoopError.self) { try production.promote(job(inputs, .promote)) }
    #expect(try home.registry.currentReleaseRecord()?.revision == revision + 1)
  }

  /// Another task was released since: going back takes back this task alone.
  @Test func takesBackOneTaskOfTwo() throws {
    let (home, desk) = (try Home(), ReviewedRows())
    try home.learn(home.rows("traffic"))
    var inputs = LoopInputs()
    inputs.release = try home.registry.currentReleaseRecord()?.revision
    let learned = try home.learn(home.rows("weather"), name: "spam")
    (inputs.candidate, inputs.promoted) = (learned.version.digest, try #require(learned.release).revision)
    try home.learn(home.rows("food"))
    try production(home, desk).rollback(job(inputs, .rollback))
    let experts = try #require(try home.registry.currentRelease()).manifest.experts
    #expect(experts.keys.sorted() == ["food", "traffic"])
  }
}
