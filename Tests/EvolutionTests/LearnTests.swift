import Decoder
import Evolution
import Experts
import Files
import Foundation
import Generation
import Learning
import Records
import Registry
import Serving
import TaskModels
import Testing
import Torch

@Suite(.serialized) struct LearnTests {
  /// Two tasks and a better version of the first: every answer of what is not learned stays to the bit.
  @Test func tasksOverMonths() throws {
    let home = try Home()
    let weather = try home.learn(home.rows("weather"))
    #expect(weather.release?.revision == 1 && weather.gates.isPass, "\(weather.gates)")
    #expect("\(weather.version.reference)" == "weather@1")
    let texts = ["In the weather of place 99 there is fog.", "In the weather of place 99 there is sun.", "x"]
    let before = try home.registry.load("weather", on: home.base).predict(texts)
    let bytes = try Self.blobs(home.registry)

    let traffic = try home.learn(home.rows("traffic"))
    #expect(traffic.gates.isPass, "\(traffic.gates)")
    #expect(traffic.receipt.earlier["weather"]?.requests ?? 0 > 0)
    #expect(traffic.receipt.earlier["weather"]?.changed == 0)
    #expect(try home.registry.load("weather", on: home.base).predict(texts) == before)
    // Nothing that was there has changed by a byte.
    let later = try Self.blobs(home.registry)
    for (name, digest) in bytes { #expect(later[name] == digest) }

    let second = try home.learn(home.rows("weather", relabelled: 2))
    #expect("\(second.version.reference)" == "weather@2")
    let changes = try #require(second.rows.changes)
    #expect(changes.relabelled == 2 && changes.added == 0)
    #expect(
      changes.relabelledRows?.map { [$0.text, $0.before ?? "", $0.now] } == [
        ["In the weather of place 0 there is rain.", "bad", "good"],
        ["In the weather of place 0 there is hail.", "bad", "good"],
      ])
    #expect(try home.registry.load("weather@1", on: home.base).predict(texts) == before)

    let current = try #require(try home.registry.currentRelease())
    let router = try #require(try home.registry.router(of: current.manifest))
    let asked = try router.routes(
      ["A queue.", "A queue."], instructions: [" What is said of traffic?\n", "What is that?"], on: home.base)
    #expect(asked[0].task == "traffic" && asked[0].byInstruction && !asked[1].byInstruction)
    #expect(try home.registry.verify().failures.isEmpty)
  }

  private static func blobs(_ registry: Registry) throws -> [String: Digest] {
    let folder = registry.url.appendingPathComponent("blobs/sha256")
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    var result: [String: Digest] = [:]
    while let file = files?.nextObject() as? URL {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), !isFolder.boolValue else {
        continue
      }
      result[file.lastPathComponent] = try Digest(ofFile: file)
    }
    return result
  }

  /// Rolled back, the old version answers; forgotten, a task is gone from release and router.
  @Test func rollbackAndForget() throws {
    let home = try Home()
    _ = try home.learn(home.rows("weather"))
    _ = try home.learn(home.rows("traffic"))
    _ = try home.learn(home.rows("food"))
    _ = try home.registry.rollback(to: 2, reason: "test", actor: "test")
    #expect(try home.registry.currentRelease()?.manifest.experts.keys.sorted() == ["traffic", "weather"])
    let forgotten = try home.registry.forgetTask("traffic", now: true, reason: nil, actor: "test")
    #expect(forgotten.versions == [1] && forgotten.purgedBlobs > 0)
    let current = try #require(try home.registry.currentRelease())
    #expect(current.manifest.experts.keys.sorted() == ["weather"])
    // As if it had never been learned.
    let alone = try Home()
    _ = try alone.learn(alone.rows("weather"))
    let one = try #require(try home.registry.router(of: current.manifest))
    let release = try #require(try alone.registry.currentRelease())
    let other = try #require(try alone.registry.router(of: release.manifest))
    let texts = ["In the weather of place 99 there is fog.", "empty roads"]
    #expect(try one.routes(texts, on: home.base) == other.routes(texts, on: home.base))
    #expect(throws: RegistryError.self) { try home.registry.rollback(to: 2, reason: nil, actor: "test") }
    // What else the release has can be had by itself.
    let refused = #expect(throws: RegistryError.self) {
      try home.registry.rollback(to: 3, reason: nil, actor: "test")
    }
    #expect("\(try #require(refused))".contains("`accrete promote food@1` serves what else it has"))
    #expect(try home.registry.listedVersions().map(\.wasReleased) == [true, true, true])
    #expect(try home.registry.verify().failures.isEmpty)
  }

  /// A budget that leaves no time to learn is told among the warnings, and the receipt says what the trials took.
  @Test func shortBudget() throws {
    let home = try Home()
    var options = Home.options(.label)
    options.learningRate = nil
    options.budgetSeconds = 1e-9
    var said: [String] = []
    let outcome = try home.learn(home.rows("food"), options: options) {
      if case .warning(let text) = $0 { said.append(text) }
    }
    let text = try #require(outcome.warnings.first { $0.hasPrefix("--budget (0.0 s) was used up after 1 step") })
    #expect(said.contains(text) && outcome.evidence.stop == .budget)
    let receipt = outcome.receipt
    #expect(try #require(receipt.trialSeconds) > 0 && receipt.trialSeconds ?? 0 < receipt.trainingSeconds)
  }

  /// A version whose gate does not pass is there, and changes nothing; a person may release it and says why.
  @Test func heldBack() throws {
    let home = try Home()
    // Labels that have nothing to do with the texts.
    let lines = (0..<80).map { place in
      let split = place % 4 == 3 ? "test" : place % 4 == 2 ? "validation" : "train"
      let label = (place / 4) % 2 == 0 ? "a" : "b"
      return
        "{\"text\":\"Row \(place * 7919 % 101) says \(place * 31 % 17).\",\"label\":\"\(label)\",\"split\":\"\(split)\"}"
    }
    let outcome = try home.learn(home.write(lines, named: "noise"))
    #expect(outcome.release == nil && outcome.gates.failed.map(\.id) == ["G3"])
    #expect(!outcome.warnings.isEmpty)
    #expect(try home.registry.currentRelease() == nil)
    let held = try VersionReference(parsing: "noise@1")
    #expect(throws: EvolutionError.self) { try home.registry.promote(held, reason: nil, actor: "test") }
    let record = try home.registry.promote(held, reason: "only a test", actor: "test")
    #expect(record.revision == 1)
    #expect(try home.registry.gates(of: home.registry.version(held)).last?.verdict == .override)

    // Where the release is refused, nothing of it is recorded.
    _ = try home.registry.forgetTask("noise", now: false, reason: nil, actor: "test")
    let gates = try home.registry.gates(of: home.registry.version(held)).count
    #expect(throws: RegistryError.self) { try home.registry.promote(held, reason: "again", actor: "test") }
    #expect(try home.registry.gates(of: home.registry.version(held)).count == gates)
  }

  /// What the gates found is read from their report: one that was purged is none, one that is missing is an error.
  @Test func whatTheGatesFound() throws {
    let home = try Home()
    let weather = try home.learn(home.rows("weather"))
    let traffic = try home.learn(home.rows("traffic"))
    let known = try home.registry.gates(of: weather.version)
    #expect(try home.registry.findings(known).map(\.id) == weather.gates.gates.map(\.id))
    #expect(try home.registry.findings([]).isEmpty)
    _ = try home.registry.forgetTask("traffic", now: true, reason: nil, actor: "test")
    #expect(throws: Never.self) { try home.registry.findings(home.registry.gates(of: traffic.version)) }
    try FileManager.default.removeItem(at: home.registry.blobURL(#require(known.last).report.digest))
    #expect(throws: RegistryError.self) { try home.registry.findings(known) }
  }

  /// An expert and a head together, through the registry.
  @Test func expertsAreKept() throws {
    let home = try Home()
    let outcome = try home.learn(home.rows("weather"), options: Home.options(.both))
    #expect(outcome.head == .both && outcome.receipt.trainedParameters > 0)
    let manifest = try home.registry.manifest(of: outcome.version)
    #expect(manifest.parts.keys.contains(VersionManifest.Role.tensors))
    let answers = try home.registry.load("weather", on: home.base).predict(["In the weather of place 99 there is fog."])
    #expect(answers[0].parts?.expert != nil && answers[0].parts?.ridge != nil)

    // Out to PEFT and back: the same tensors, and everything else that it answers by lies beside.
    let folder = home.url.appendingPathComponent("weather-adapter")
    let record = try home.registry.exportAdapter(outcome.version, to: folder)
    let card = try String(contentsOf: folder.appendingPathComponent("README.md"), encoding: .utf8)
    for part in [
      "# weather@1", "by Accrete \(Manifest.accreteVersion).", "```text", "TEXT", "library_name: peft", "G3 pass: ",
      record.tensors.description,
    ] {
      #expect(card.contains(part), "\(part)")
    }
    for label in record.model.form.labels { #expect(card.contains(label)) }
    #expect(FileManager.default.fileExists(atPath: folder.appendingPathComponent("predict.py").path))
    #expect(record.tensors == manifest.parts[VersionManifest.Role.tensors]?.digest && record.version == "weather@1")
    let expert = try LowRankExpert(peft: folder, for: home.base.model.configuration)
    #expect(try expert.rounded().writeAdapter(to: home.url.appendingPathComponent("again")) == record.tensors)
    let model = try TaskModel(
      record.model, named: "weather@1", base: home.base.model.configuration
    ) { role in
      [TaskModel.tensorsRole: "adapter_model.safetensors", TaskModel.headRole: "head.safetensors"][role].map {
        folder.appendingPathComponent($0)
      }
    }
    let rebuilt = try TaskModelRunner(model, on: home.base).answers(["In the weather of place 99 there is fog."])
    #expect(rebuilt[0].probabilities == answers[0].probabilities)
    // A head from elsewhere that holds no numbers would answer everything alike.
    let head = try SafetensorsFile(folder.appendingPathComponent("head.safetensors"))
    var tensors = try Dictionary(uniqueKeysWithValues: head.names.map { ($0, try head.tensor($0).cloned()) })
    tensors["ridge.bias"] = try tensors["ridge.bias"].map { try $0 * Double.infinity }
    let spoiled = home.url.appendingPathComponent("spoiled.safetensors")
    try SafetensorsFile.write(tensors, to: spoiled)
    let problem = TaskModelError.partDiffers(
      version: "weather@1", part: "ridge.bias",
      reason: "holds infinite values or no numbers, which no answer can be made of")
    #expect(throws: problem) {
      try TaskModel(record.model, named: "weather@1", base: home.base.model.configuration) { role in
        role == TaskModel.headRole ? spoiled : folder.appendingPathComponent("adapter_model.safetensors")
      }
    }
    #expect(throws: FileError.self) { try home.registry.exportAdapter(outcome.version, to: folder) }
    let plain = try home.learn(home.rows("traffic"))
    #expect(throws: ServingError.noExpert(version: "traffic@1")) {
      try home.registry.exportAdapter(plain.version, to: home.url.appendingPathComponent("none"))
    }
  }

  /// Texts of another task are told once, with what becomes of them; rows of an earlier version are called so.
  @Test func rowsThatWereThereBefore() throws {
    let home = try Home()
    _ = try home.learn(home.rows("weather"))
    let rows = try String(contentsOf: home.rows("weather"), encoding: .utf8).split(separator: "\n").map(String.init)
    let more = (0..<8).map { place in
      "{\"text\":\"Near \(place) there is \(place % 2 == 0 ? "ice" : "dew").\",\"label\":\"\(place % 2 == 0 ? "bad" : "good")\",\"split\":\"train\"}"
    }
    // Without the gate rows of weather, which nobody else may learn.
    let copy = rows.map {
      $0.replacing("\"text\":\"In", with: $0.contains("\"test\"") ? "\"text\":\"Now in" : "\"text\":\"In")
    }
    let first = try home.learn(home.write(copy + more, named: "copy"))
    #expect(
      first.warnings.contains {
        $0.contains("are texts of weather") && $0.hasSuffix("--name weather: this way a second task is made, copy.")
      }, "\(first.warnings)")
    // Its own rows again: no advice that contradicts the first, whichever of the two is taught.
    let again = try home.learn(home.write(copy + more.dropLast(), named: "copy"))
    #expect(!again.warnings.contains { $0.contains("are texts of weather") }, "\(again.warnings)")
    #expect(!again.warnings.contains { $0.contains("the very rows") })
    let third = try home.learn(home.write(copy + more, named: "copy"))
    let served = try home.registry.currentRelease()?.manifest.experts["copy"]
    // What changed since the version that is served does not show it.
    #expect(
      third.warnings.contains("these are the very rows and answers of copy@1.") == (served != first.version.digest))
    // Another task's rows under a name that is there become its next version.
    _ = try home.learn(home.rows("traffic"))
    let moved = try home.learn(home.write(copy, named: "traffic"))
    #expect(
      moved.warnings.contains { $0.hasSuffix("this way they become the next version of traffic.") }, "\(moved.warnings)"
    )
  }

  @Test func refusals() throws {
    let home = try Home()
    _ = try home.learn(home.rows("weather"))
    let rows = try String(contentsOf: home.rows("weather"), encoding: .utf8).split(separator: "\n").map(String.init)
    // The same rows under another name; and rows that are gate rows of another task.
    #expect(throws: EvolutionError.sameRows(task: "copy", other: "weather@1")) {
      try home.learn(home.write(rows, named: "copy"))
    }
    let moved = rows.map { $0.replacing("\"test\"", with: "\"train\"").replacing("\"validation\"", with: "\"test\"") }
      .enumerated().map { $0.offset % 5 == 0 ? $0.element.replacing("\"train\"", with: "\"validation\"") : $0.element }
    #expect {
      try home.learn(home.write(moved, named: "moved"))
    } throws: {
      if case EvolutionError.gateRows(task: "moved", count: 24, withOtherTurns: 0, version: "weather@1") = $0 {
        true
      } else {
        false
      }
    }
    #expect(throws: RegistryError.self) { try home.learn(home.rows("weather"), name: "Weather") }
    #expect(throws: TaskModelError.self) { try home.learn(home.rows("traffic"), margin: 0) }
    #expect(try home.registry.tasks().map(\.name) == ["weather"])
    #expect(try home.registry.verify().failures.isEmpty)
  }
}
