import Experts
import Files
import Foundation
import Learning
import Records
import Registry
import Serving
import TaskModels
import Testing

@testable import Evolution

/// Does training go on from an expert that is there?
@Suite struct StartTests {
  private func job(_ home: Home, _ file: URL, _ start: LearnStart?, epochs: Int) -> LearnJob {
    var job = LearnJob(file: file, options: Home.options(.label), program: "test", actor: "test")
    job.options.maxEpochs = epochs
    job.start = start
    return job
  }

  @Test func fromAVersionAndFromPEFT() throws {
    let home = try Home()
    try home.learn(home.rows("weather"), options: Home.options(.label))
    let served = try home.registry.load("weather@1", on: home.base)
    let expert = try #require(served.runner.model.expert)
    let digest = try ExpertArchive.tensorsDigest(of: expert)
    let folder = home.url.appendingPathComponent("adapter")
    try home.registry.exportAdapter(served.version, to: folder)

    // As it is: not a step is taken, and the version has the very bytes.
    for (name, start) in [
      ("version", try LearnStart(served)), ("adapter", try LearnStart(folder, on: home.base)),
    ] as [(String, LearnStart)] {
      let file = try home.rows("traffic", places: name == "version" ? 12 : 16)
      var copied = job(home, file, start, epochs: 0)
      copied.name = name
      var warnings: [String] = []
      let outcome = try Learn(
        copied, in: home.registry, on: home.base,
        report: { if case .warning(let text) = $0 { warnings.append(text) } }
      ).run()
      #expect(outcome.evidence.steps == 0 && outcome.evidence.measurements.count == 1)
      let made = try #require(home.registry.load(outcome.version, on: home.base).runner.model.expert)
      #expect(try ExpertArchive.tensorsDigest(of: made) == digest && made.shape.rank == 2, "\(name)")
      #expect(warnings.contains { $0.contains("is not known here") } == (name == "adapter"))
      #expect(try home.registry.manifest(of: outcome.version).run["startsFrom"]?.string == start.name)
    }

    // What nobody knows of an adapter, nobody knows of a version that started from it.
    let heir = try LearnStart(home.registry.load("adapter@1", on: home.base))
    var inherited = job(home, try home.rows("traffic", places: 20), heir, epochs: 0)
    inherited.name = "heir"
    var warnings: [String] = []
    _ = try Learn(
      inherited, in: home.registry, on: home.base,
      report: { if case .warning(let text) = $0 { warnings.append(text) } }
    ).run()
    #expect(
      warnings.contains { $0.contains(", which adapter@1 started from, was trained on is not known") }, "\(warnings)")

    // An adapter that names another base than this one's folder.
    let file = folder.appendingPathComponent("adapter_config.json")
    #expect(try LearnStart(folder, on: home.base).namedBase == nil)
    let text = try String(contentsOf: file, encoding: .utf8)
    try text.replacing(
      #/"base_model_name_or_path"\s*:\s*"[^"]*"/#, with: "\"base_model_name_or_path\": \"some/Other-7B\""
    )
    .write(to: file, atomically: true, encoding: .utf8)
    #expect(try LearnStart(folder, on: home.base).namedBase == "some/Other-7B")

    // Further: other weights, and the first measurement is that of the start.
    var further = job(home, try home.rows("food"), try LearnStart(served), epochs: 2)
    further.options.learningRate = 3e-3
    let outcome = try Learn(further, in: home.registry, on: home.base).run()
    #expect(outcome.evidence.steps > 0 && outcome.evidence.measurements.first?.step == 0)
    #expect(try home.registry.verify().failures.isEmpty)
  }

  /// Gate rows that the start has seen are counted.
  @Test func rowsThatTheStartHasSeen() throws {
    let home = try Home()
    try home.learn(home.rows("weather"), options: Home.options(.label))
    let start = try LearnStart(home.registry.load("weather@1", on: home.base))
    // The same rows, those that were learned from as gate rows now.
    let lines = try String(contentsOf: home.rows("weather"), encoding: .utf8).split(separator: "\n").map { String($0) }
      .map {
        $0.contains("\"test\"")
          ? $0.replacing("\"test\"", with: "\"train\"") : $0.replacing("\"train\"", with: "\"test\"")
      }
    var turned = job(home, try home.write(lines, named: "turned"), start, epochs: 0)
    turned.name = "weather"
    var warnings: [String] = []
    _ = try Learn(
      turned, in: home.registry, on: home.base, report: { if case .warning(let text) = $0 { warnings.append(text) } }
    ).run()
    #expect(warnings.contains { $0.contains("48 gate rows are texts that weather@1 was trained on") }, "\(warnings)")
  }

  /// An adapter of attention alone trains by the method that takes any; `accrete` says so before it begins.
  @Test func attentionAlone() throws {
    let home = try Home()
    var options = Home.options(.label)
    (options.method, options.targetModules) = ("per-task", "q_proj,v_proj")
    try home.learn(home.rows("weather"), options: options)
    let start = try LearnStart(home.registry.load("weather@1", on: home.base))
    #expect(!start.hasFeedForward)
    var other = job(home, try home.rows("food"), start, epochs: 1)
    #expect(throws: EvolutionError.self) { try Learn(other, in: home.registry, on: home.base) }
    other.options.method = "per-task"
    #expect(try Learn(other, in: home.registry, on: home.base).plan().plan.mostSteps > 0)
  }

  @Test func whatCannotBeStartedFrom() throws {
    let home = try Home()
    try home.learn(home.rows("weather"))
    let served = try home.registry.load("weather@1", on: home.base)
    #expect(throws: EvolutionError.self) { try LearnStart(served) }
    #expect(throws: (any Error).self) { try LearnStart(home.url, on: home.base) }
    var options = LearnOptions()
    options.rank = 77
    let other = try Home()
    try other.learn(other.rows("weather"), options: Home.options(.label))
    try LearnStart(other.registry.load("weather@1", on: other.base)).apply(to: &options)
    #expect(options.rank == 2 && options.targetModules == "gate_proj,up_proj,down_proj" && options.start != nil)
    // Nothing to train and nothing to start from.
    #expect(throws: TaskModelError.self) {
      try Learn(job(home, home.rows("food"), nil, epochs: 0), in: home.registry, on: home.base)
    }
  }
}
