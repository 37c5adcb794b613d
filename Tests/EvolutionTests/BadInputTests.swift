import Files
import Foundation
import Records
import Registry
import Serving
import Streams
import TaskModels
import Testing

@testable import Evolution

/// Is every bad input one clear line, with nothing half done?
@Suite(.serialized) struct BadInputTests {
  /// What a refused `learn` says, in a registry that has learned nothing new by it.
  private func refusal(_ home: Home, _ lines: [String], named name: String) throws -> String {
    let versions = try home.registry.listedVersions().map { "\($0.version.reference)" }
    let revision = try home.registry.currentRelease()?.record.revision
    var text = ""
    do {
      _ = try home.learn(home.write(lines, named: name))
      Issue.record("\(name) was learned")
    } catch {
      text = "\(error)"
    }
    #expect(text == text.onOneLine)
    #expect(try home.registry.listedVersions().map { "\($0.version.reference)" } == versions)
    #expect(try home.registry.currentRelease()?.record.revision == revision)
    #expect(try home.registry.verify().failures.isEmpty)
    return text
  }

  func row(_ text: String, _ label: String, _ split: String) -> String {
    "{\"text\":\"\(text)\",\"label\":\"\(label)\",\"split\":\"\(split)\"}"
  }

  @Test func labelsWithoutRowsToLearn() throws {
    let home = try Home()
    let known = (0..<20).map {
      row("Row \($0).", $0 % 2 == 0 ? "yes" : "no", $0 < 12 ? "train" : $0 < 16 ? "validation" : "test")
    }
    let gateOnly = try refusal(home, known + [row("A new thing.", "maybe", "test")], named: "gateonly")
    #expect(gateOnly.contains("maybe"), "\(gateOnly)")
    let chooseOnly = try refusal(home, known + [row("A new thing.", "maybe", "validation")], named: "chooseonly")
    #expect(chooseOnly.contains("maybe"), "\(chooseOnly)")
  }

  @Test func tooFewRows() throws {
    let home = try Home()
    let one = try refusal(home, ["{\"text\":\"a\",\"label\":\"x\"}", "{\"text\":\"b\",\"label\":\"y\"}"], named: "few")
    #expect(one.contains("few") || one.contains("needs"), "\(one)")
    let single = try refusal(home, (0..<40).map { "{\"text\":\"row \($0)\",\"label\":\"only\"}" }, named: "single")
    #expect(single.contains("only") || single.contains("label"), "\(single)")
  }

  @Test func namesThatDifferByCaseOrForm() throws {
    let home = try Home()
    _ = try home.learn(home.rows("weather"))
    let rows = try String(contentsOf: home.rows("traffic"), encoding: .utf8).split(separator: "\n").map(String.init)
    #expect(try refusal(home, rows, named: "Weather").contains("weather"))
    // A name is a plain one: what is not is refused and points at --name.
    #expect(try refusal(home, rows, named: "we ather$").contains("--name"))
    #expect(try refusal(home, rows, named: "caf\u{65}\u{301}").contains("--name"))
  }

  /// A byte of what an earlier task answers with: the proof finds it, and nothing is released.
  @Test(arguments: ["head", "probe", "router", "probeFeatures"]) func aChangedBlob(role: String) throws {
    let home = try Home()
    _ = try home.learn(home.rows("weather"))
    let version = try home.registry.version(VersionReference(parsing: "weather"))
    let part = try #require(try home.registry.manifest(of: version).parts[role])
    let file = try home.registry.blobURL(part.digest)
    let bytes = try Data(contentsOf: file)
    var changed = bytes
    changed[changed.count / 2] ^= 1
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file.path)
    try changed.write(to: file)
    #expect {
      try home.learn(home.rows("traffic"))
    } throws: {
      if case RegistryError.blobChanged = $0 { true } else { false }
    }
    #expect(try home.registry.currentRelease()?.record.revision == 1)
    #expect(try home.registry.tasks().map(\.name) == ["weather"])
    #expect(try !home.registry.verify().failures.isEmpty)
    // Put back, the same command goes through.
    try bytes.write(to: file)
    #expect(try home.learn(home.rows("traffic")).release?.revision == 2)
  }

  @Test func twoAtOnce() throws {
    let home = try Home()
    let file = try home.rows("weather")
    let lock = try home.registry.lockForLearning(name: "other")
    #expect {
      try home.learn(file)
    } throws: {
      if case RegistryError.locked(_, let by) = $0 { by.contains("other") && by.contains("\(getpid())") } else { false }
    }
    lock.release()
    #expect(try home.learn(file).release?.revision == 1)
  }

  @Test func forgettingLeavesTheOthersAsTheyWere() throws {
    let home = try Home()
    for task in ["weather", "traffic", "food"] { _ = try home.learn(home.rows(task)) }
    let texts = ["In the food of place 9 there is cake.", "In the weather of place 8 there is fog."]
    let before = try texts.map { try home.registry.load("food", on: home.base).predict($0) }
    _ = try home.registry.forgetTask("weather", now: true, reason: nil, actor: "test")
    #expect(try texts.map { try home.registry.load("food", on: home.base).predict($0) } == before)
    #expect(throws: RegistryError.self) { try home.registry.load("weather", on: home.base) }
    #expect(throws: RegistryError.self) { try home.registry.rollback(to: 1, reason: nil, actor: "test") }
    // The same name may be learned anew, and counts on.
    #expect("\(try home.learn(home.rows("weather")).version.reference)" == "weather@2")
    #expect(try home.registry.verify().failures.isEmpty)
  }
}

extension BadInputTests {
  /// A label with one training row: by whatever hash, that row is learned from.
  @Test func aRareLabelIsLearnedFrom() throws {
    let home = try Home()
    for number in 0..<12 {
      let known = (0..<24).map { row("Row \(number) \($0).", $0 % 2 == 0 ? "yes" : "no", $0 < 16 ? "train" : "test") }
      let file = try home.write(known + [row("Rare \(number).", "rare", "train")], named: "rare\(number)")
      let rows = try RowReader().examples(file)
      #expect(
        rows.learn.contains { $0.answer == "rare" } && rows.task.labels == ["no", "rare", "yes"], "file \(number)")
    }
  }

  /// Gate rows that are also learned from are not gate rows.
  @Test func leakedGateRows() throws {
    let home = try Home()
    let known = (0..<60).map {
      row(
        "Row \($0) says \($0 % 2 == 0 ? "rain" : "sun").", $0 % 2 == 0 ? "a" : "b",
        $0 < 40 ? "train" : $0 < 50 ? "validation" : "test")
    }
    let again = (0..<10).map {
      row(" Row \($0) says \($0 % 2 == 0 ? "rain" : "sun"). ", $0 % 2 == 0 ? "a" : "b", "test")
    }
    let outcome = try home.learn(home.write(known + again, named: "leak"))
    #expect(outcome.rows.gate == 10)
    #expect(outcome.warnings.contains { $0.hasPrefix("10 of 20 gate rows are left out") })
    let all = try refusal(home, Array(known[..<50]) + again, named: "all")
    #expect(all.contains("also learned from"), "\(all)")
  }

  /// What is odd about rows is said before training.
  @Test func oddRowsAreSaid() throws {
    let home = try Home()
    var lines = (0..<40).map {
      row("Row \($0).", $0 % 2 == 0 ? "yes" : "no", $0 < 24 ? "train" : $0 < 32 ? "validation" : "test")
    }
    lines += [row("Row 0.", "no", "train"), row("Row 1.", "no", "train"), row("Once.", "rare", "train")]
    var said: [String] = []
    let outcome = try home.learn(home.write(lines, named: "odd")) {
      if case .warning(let text) = $0 { said.append(text) }
    }
    for words in [
      "1 text has rows with different labels", "1 row repeats an earlier one", "fewer than 3 learn rows have \"rare\"",
    ] {
      #expect(
        outcome.warnings.contains { $0.contains(words) } && said.contains { $0.contains(words) }, "\(outcome.warnings)")
    }
  }

  /// What looks like a slip of the pen is named.
  @Test func slipsOfThePen() throws {
    let home = try Home()
    func warnings(_ lines: [String], _ name: String, labelLimit: Int = 20) throws -> [String] {
      let examples = try RowReader(labelLimit: labelLimit).examples(home.write(lines, named: name))
      return RowProblems.warnings(examples, RowKeys(examples), labelLimit: labelLimit)
    }
    func asked(_ number: Int, _ answer: String) -> String {
      let split = number % 4 == 3 ? "test" : number % 4 == 2 ? "validation" : "train"
      return "{\"prompt\":\"p\(number)\",\"answer\":\"\(answer)\",\"split\":\"\(split)\"}"
    }
    // One answer that no other row has makes free answers of labels.
    let strays = (0..<40).map { asked($0, $0 == 8 ? "spma" : $0 % 3 == 0 ? "ham" : "spam") }
    let said = try warnings(strays, "strays")
    #expect(said.contains { $0.contains("\"spma\" (row strays/8)") && $0.contains("--labels ham,spam.") }, "\(said)")
    #expect(try warnings(strays, "strays", labelLimit: 0).isEmpty)
    #expect(try warnings((0..<40).map { asked($0, "answer \($0)") }, "free").isEmpty)
    // Labels of which one is hardly there, and two that look the same.
    func labelled(_ label: (Int) -> String) -> [String] {
      (0..<60).map { number in
        row("t\(number)", label(number), number % 4 == 3 ? "test" : number % 4 == 2 ? "validation" : "train")
      }
    }
    let typo = try warnings(labelled { $0 == 4 ? "hma" : $0 % 3 == 0 ? "ham" : "spam" }, "typo")
    #expect(typo.contains { $0.contains("\"hma\" (is it ham?)") }, "\(typo)")
    let alike = try warnings(labelled { $0 % 2 == 0 ? "café" : $0 % 3 == 0 ? "cafe\u{301}" : "Tea" }, "alike")
    #expect(alike.contains { $0.contains("\"caf\\u{00E9}\"") && $0.contains("\"cafe\\u{0301}\"") }, "\(alike)")
    #expect(try !warnings(labelled { $0 % 2 == 0 ? "ham" : "spam" }, "fine").contains { $0.contains("look alike") })
    // A comma separates no labels.
    let joined = (0..<40).map { number in
      let split = number % 4 == 3 ? "test" : number % 4 == 2 ? "validation" : "train"
      return "{\"text\":\"t\(number)\",\"labels\":[\"\(["a, b", "a", "b"][number % 3])\"],\"split\":\"\(split)\"}"
    }
    #expect(try warnings(joined, "joined").contains { $0.contains("\"a, b\"") && $0.contains("a|b") })
  }
}
