import Assurance
import Decoder
import Evolution
import Files
import Foundation
import Generation
import Learning
import ModelConfiguration
import Records
import Registry
import Serving
import TaskModels
import Testing

/// Does a registry keep to the way in which its base was held as its versions were learned?
@Suite struct HeldBaseTests {
  private static func held(_ precision: WeightPrecision?) throws -> Base {
    try Base(folder: Home.folder, precision: precision)
  }

  private func learned(_ home: Home, _ version: VersionRecord) throws -> WeightPrecision? {
    try home.registry.manifest(of: version).taskModel(of: "\(version.reference)").description.weights
  }

  /// Whatever its gates say of so few rows.
  private func release(_ outcome: LearnOutcome, in home: Home) throws {
    _ = try home.registry.promote(outcome.version.reference, reason: "test", actor: "test")
  }

  @Test func versionsSayHowTheBaseWasHeld() throws {
    let home = try Home(base: Self.held(.nf4))
    #expect(try home.registry.basePrecision() == nil, "nothing is served yet")
    let first = try home.learn(home.rows("weather"), options: Home.options(.both))
    #expect(try learned(home, first.version) == .nf4)
    try release(first, in: home)
    // Whoever says nothing gets the base as it was held, and the answers that were checked.
    #expect(try home.registry.basePrecision() == .nf4 && home.registry.basePrecision(answering: "weather@1") == .nf4)
    #expect(try home.registry.loadBase().model.heldPrecision == .nf4)
    let text = "In the weather of place 99 there is fog."
    let here = try home.registry.load("weather", on: home.base).predict(text)
    #expect(try home.registry.load("weather").predict(text) == here)
    #expect(try home.registry.loadBase(precision: .float32).model.heldPrecision == .float32)
    #expect(try home.registry.learnedOtherwise(than: home.base).isEmpty)
    #expect(try home.registry.learnedOtherwise(than: Self.held(nil)).map { "\($0.version.reference)" } == ["weather@1"])

    let folder = home.url.appendingPathComponent("adapter")
    #expect(try home.registry.exportAdapter(first.version, to: folder).model.weights == .nf4)
    let card = try String(contentsOf: folder.appendingPathComponent("README.md"), encoding: .utf8)
    #expect(card.contains("Its base was held in nf4 as it was learned") && card.contains("The folder has no tokenizer"))
  }

  /// A base that is held otherwise is refused before a row is read.
  @Test func anotherWayIsRefused() throws {
    let home = try Home()
    let first = try home.learn(home.rows("weather"))
    #expect(try learned(home, first.version) == nil)
    try release(first, in: home)
    let missing = LearnJob(
      file: home.url.appendingPathComponent("none.jsonl"), options: Home.options(), program: "test", actor: "test")
    let error = #expect(throws: EvolutionError.self) {
      try Learn(missing, in: home.registry, on: Self.held(.int8))
    }
    let text = error.map { "\($0)" } ?? ""
    #expect(
      text.contains("held in int8, and weather@1 was learned and checked on it in the numbers that its files have"))
    #expect(text.contains("Leave --weights out") && text.contains("accrete init --registry DIR"))
    // float32 holds the same numbers: nothing is another.
    var traffic = LearnJob(file: try home.rows("traffic"), options: Home.options(), program: "test", actor: "test")
    traffic.instruction = "What is said of traffic?"
    let outcome = try Learn(traffic, in: home.registry, on: Self.held(.float32)).run()
    #expect(
      outcome.gates.gates.contains { $0.id == "G2" && $0.verdict == .pass }
        && outcome.receipt.earlier["weather"]?.changed == 0, "\(outcome.gates)")
  }

  /// What is not released decides nothing, and cannot be released beside what is learned otherwise: that is said.
  @Test func unreleasedVersionsOfAnotherForm() throws {
    let (home, other) = (try Home(), try Home(base: Self.held(.nf4)))
    let weather = try other.learn(other.rows("weather"))
    let bundle = home.url.appendingPathComponent("weather.bundle")
    try other.registry.export([weather.version], to: bundle)
    try home.registry.importBundle(bundle, actor: "test")
    let traffic = LearnJob(file: try home.rows("traffic"), options: Home.options(), program: "test", actor: "test")
    let outcome = try Learn(traffic, in: home.registry, on: Self.held(nil)).run()
    let warnings = outcome.warnings.filter { $0.contains("they cannot be released together") }
    #expect(
      warnings.count == 1 && warnings[0].hasPrefix("weather@1 was learned on the base held in nf4"), "\(warnings)")
    #expect(warnings.first?.contains("--weights nf4 holds it as weather@1 needs it") == true, "\(warnings)")
  }

  /// What rounds the numbers of the files is told from what holds them.
  @Test func whatIsRounded() throws {
    let files = try Self.held(nil).model
    #expect(files.roundedTo == nil && files.heldPrecision == .bfloat16)
    for precision in [WeightPrecision.float32, .bfloat16] { #expect(try Self.held(precision).model.roundedTo == nil) }
    for precision in [WeightPrecision.int8, .fp8, .nf4] {
      #expect(try Self.held(precision).model.roundedTo == precision)
    }
  }

  /// One base serves a release: a version that was learned on it held otherwise is not released, whatever the reason.
  @Test func noMixedRelease() throws {
    let home = try Home(base: Self.held(.nf4))
    for task in ["weather", "traffic"] { try release(home.learn(home.rows(task)), in: home) }
    let other = try Home()
    let food = try other.learn(other.rows("food"))
    let bundle = home.url.appendingPathComponent("food.bundle")
    try other.registry.export([food.version], to: bundle)
    try home.registry.importBundle(bundle, actor: "test")
    let error = #expect(throws: EvolutionError.self) {
      try home.registry.promote(VersionReference(parsing: "food@1"), reason: "test", actor: "test")
    }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains("food@1 was learned on the base held in the numbers that its files have"), "\(text)")
    #expect(text.contains("traffic@1, weather@1 in nf4"), "\(text)")
    #expect(text.contains("once more after `accrete registry retire food@1`"), "\(text)")
    // Nor by what releases a version that was learned here.
    let released = #expect(throws: EvolutionError.self) {
      try home.registry.released(
        home.registry.version(VersionReference(parsing: "food@1")), replacing: home.registry.currentRelease(),
        numerics: "n", reason: nil, actor: "test")
    }
    #expect(released == error)
    // It can be asked by its name, on the base as it needs it.
    #expect(try home.registry.basePrecision() == .nf4 && home.registry.basePrecision(answering: "food@1") == nil)
    #expect(try home.registry.loadBase(answering: "food@1").model.roundedTo == nil)
  }

  /// A version that computes in bfloat16 needs the base held so; the others answer the same on it.
  @Test func productsOfOneVersion() throws {
    let home = try Home()
    // The first by name, so that it would be chosen where both count the same.
    try release(home.learn(home.rows("food")), in: home)
    #expect(try home.registry.basePrecision() == nil)
    var options = Home.options(.both)
    options.compute = .bfloat16
    let half = try home.learn(home.rows("weather"), options: options)
    let description = try home.registry.manifest(of: half.version).taskModel(of: "weather@1").description
    #expect(description.compute == .bfloat16 && description.weights == nil)
    try release(half, in: home)
    for task in [nil, "weather"] { #expect(try home.registry.basePrecision(answering: task) == .bfloat16) }
    #expect(try home.registry.basePrecision(answering: "food") == nil)
    let base = try home.registry.loadBase()
    #expect(try base.model.heldPrecision == .bfloat16 && home.registry.learnedOtherwise(than: base).isEmpty)
    // Integers are multiplied in bfloat16 on a GPU alone.
    var rounded = description
    rounded.weights = .int8
    #expect(try rounded.computesElsewhere(than: Self.held(.int8).model))
    #expect(!rounded.computesElsewhere(than: base.model) && !description.computesElsewhere(than: base.model))
    // Held in float32 it needs other numbers, not another device.
    #expect(try !description.computesElsewhere(than: Self.held(.float32).model))
  }

  /// The version of the same task is compared with the new one on one base, so it counts, too.
  @Test func theTaskItself() throws {
    let home = try Home()
    try release(home.learn(home.rows("weather")), in: home)
    let other = LearnJob(
      file: try home.rows("weather"), options: Home.options(), program: "test", actor: "test")
    let error = #expect(throws: EvolutionError.self) { try Learn(other, in: home.registry, on: Self.held(.nf4)) }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains("the version that a new one is compared with would answer otherwise"), "\(text)")
    #expect(text.contains("Leave --weights out") && text.contains("accrete init --registry DIR"), "\(text)")
  }

  /// A base whose codes a GPU multiplied in bfloat16: here nothing but that device helps.
  @Test func productsOfAnotherDevice() throws {
    let home = try Home(base: Self.held(.int8))
    let first = try home.learn(home.rows("weather"))
    let known = try home.registry.manifest(of: first.version)
    var (model, described) = (known.model, try #require(known.model["description"]))
    described["compute"] = JSONTree.text("bfloat16")
    model["description"] = described
    let manifest = VersionManifest(
      name: known.name, method: known.method, kind: known.kind, labels: known.labels, base: known.base,
      tokenizer: known.tokenizer, promptForm: known.promptForm, parts: known.parts, model: model, data: known.data,
      run: known.run, numerics: known.numerics, created: known.created)
    let version = try home.registry.register(manifest, metrics: [], gate: nil, actor: "test")
    _ = try home.registry.promote(version.reference, reason: "test", actor: "test")
    #expect(try home.registry.basePrecision() == .int8)
    let error = #expect(throws: EvolutionError.self) { try home.learn(home.rows("traffic")) }
    let text = error.map { "\($0)" } ?? ""
    #expect(text.contains("in int8, computed in bfloat16: earlier tasks"), "\(text)")
    #expect(text.contains("Use the --device that it was learned on, which computes so; or use a registry"), "\(text)")
    #expect(!text.contains("--weights"), "\(text)")
  }

  /// Takes a version of another registry in, which releases nothing.
  private func take(_ version: VersionRecord, of other: Home, into home: Home) throws {
    let bundle = home.url.appendingPathComponent("\(UUID().uuidString).bundle")
    try other.registry.export([version], to: bundle)
    let before = try home.registry.currentRelease()?.record.revision
    try home.registry.importBundle(bundle, actor: "test")
    #expect(try home.registry.currentRelease()?.record.revision == before)
  }

  private func promote(_ name: String, in home: Home) throws {
    _ = try home.registry.promote(VersionReference(parsing: name), reason: "test", actor: "test")
  }

  /// Whatever the order of imports, promotions and rollbacks: each release that there ever was is of one form.
  @Test func everyReleaseIsOfOneForm() throws {
    let home = try Home(base: Self.held(.nf4))
    try release(home.learn(home.rows("weather")), in: home)
    // The only task may change its form.
    let (plain, rounded) = (try Home(), try Home(base: Self.held(.nf4)))
    try take(plain.learn(plain.rows("weather")).version, of: plain, into: home)
    try promote("weather@2", in: home)
    #expect(try home.registry.basePrecision() == nil)
    // A task beside it may not, and a name for a version serves nothing.
    try take(rounded.learn(rounded.rows("food")).version, of: rounded, into: home)
    #expect(throws: EvolutionError.self) { try promote("food@1", in: home) }
    try home.registry.setAlias("tried", of: "food", to: 1, expecting: nil, reason: nil, actor: "test")
    #expect(try home.registry.basePrecision() == nil && home.registry.basePrecision(answering: "food:tried") == .nf4)
    #expect(throws: RegistryError.self) {
      try home.registry.setAlias("production", of: "food", to: 1, expecting: nil, reason: nil, actor: "test")
    }
    // A rollback brings back the whole of a release.
    #expect(try home.registry.rollback(reason: nil, actor: "test").restored == 1)
    #expect(try home.registry.basePrecision() == .nf4)
    try promote("food@1", in: home)
    #expect(throws: EvolutionError.self) { try promote("weather@2", in: home) }
    #expect(try home.registry.rollback(to: 2, reason: nil, actor: "test").restored == 2)
    #expect(try home.registry.basePrecision() == nil)
    let forms = try home.registry.releases().map { record in
      let release = try home.registry.release(revision: record.revision).manifest
      return try home.registry.descriptions(in: release).map(\.description.weights)
    }
    let expected: [[WeightPrecision?]] = [[.nf4], [nil], [.nf4], [.nf4, .nf4], [nil]]
    #expect(forms == expected)
  }

  /// Somebody releases a version of another form between the check and the training.
  @Test func releasedMeanwhile() throws {
    let home = try Home(base: Self.held(.nf4))
    var job = LearnJob(file: try home.rows("traffic"), options: Home.options(), program: "test", actor: "test")
    job.instruction = "What is said of traffic?"
    let learn = try Learn(job, in: home.registry, on: home.base)
    let plain = try Home()
    try take(plain.learn(plain.rows("food")).version, of: plain, into: home)
    try promote("food@1", in: home)
    let error = #expect(throws: EvolutionError.self) { try learn.run() }
    #expect(error.map { "\($0)".contains("held in nf4, and food@1 was learned and checked on it") } == true)
    #expect(try home.registry.newestVersion(named: "traffic") == nil)
  }

  /// A manifest may say anything of its base: what no base is rounded to is refused, and quoted in part.
  @Test func weightsThatCannotBe() throws {
    let home = try Home()
    let known = try home.registry.manifest(of: home.learn(home.rows("weather")).version)
    let words = ["int4", "float32", "NF4", "", String(repeating: "ä", count: 100_000)].map { JSONTree.text($0) }
    for weights in words + [.integer(4), .list([])] {
      var (model, described) = (known.model, try #require(known.model["description"]))
      described["weights"] = weights
      model["description"] = described
      let manifest = VersionManifest(
        name: known.name, method: known.method, kind: known.kind, labels: known.labels, base: known.base,
        tokenizer: known.tokenizer, promptForm: known.promptForm, parts: known.parts, model: model, data: known.data,
        run: known.run, numerics: known.numerics, created: known.created)
      let version = try home.registry.register(manifest, metrics: [], gate: nil, actor: "test")
      let acts: [() throws -> Void] = [
        { _ = try home.registry.promote(version.reference, reason: "test", actor: "test") },
        { _ = try home.registry.load("\(version.reference)", on: home.base) },
      ]
      for act in acts {
        let error = #expect(throws: ServingError.self) { try act() }
        #expect(error.map { ErrorCategory(of: $0).exitCode } == 65)
        let text = error.map { "\($0)" } ?? ""
        #expect(
          text.contains("\(version.reference): its model") && text.contains("`description.weights` is "), "\(text)")
        #expect(text.contains(weights.string == nil ? "a string" : "expected: bfloat16, int8, fp8, nf4"), "\(text)")
        #expect(text.utf8.count < 600, "\(text.utf8.count)")
      }
      #expect(try home.registry.currentRelease()?.manifest.experts["weather"] != version.digest)
    }
  }
}
