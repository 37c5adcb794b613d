import ArgumentParser
import Comparing
import Foundation
import ModelConfiguration
import Records
import Runs
import Streams
import Testing

@testable import accrete

/// A table of this test alone: what a row makes, nothing else knows of.
private struct Kitchen: Configurable {
  enum Heat: String, Sendable, CaseIterable, SettingValue { case low, high }

  var eggs = 3
  var heat = Heat.low
  var salt: Double?
  var isCovered = false
  var pans: [String] = []

  static let settings: [Setting<Kitchen>] = [
    Setting("eggs", \.eggs, "How many."), Setting("heat", \.heat, "How hot."),
    Setting("salt", \.salt, "Grams of it.", default: "none"), Setting("covered", flag: \.isCovered, "With a lid."),
    Setting("pans", paths: \.pans, "Where it happens."),
  ]
}

private struct Cook: ParsableCommand {
  @OptionGroup var flags: SettingFlags<Kitchen>
}

/// Is a row of a table all that a flag, a key and a line of the page need?
@Suite struct OptionsPageTests {
  private func flags(_ words: String...) throws -> Kitchen {
    var result = Kitchen()
    try Cook.parse(words).flags.values().apply(to: &result) { path, name in "/\(name)/\(path)" }
    return result
  }

  private func file(_ text: String) throws -> SettingFile<Kitchen> { try .decode(Data(text.utf8), path: "k.yaml") }

  /// What is taken for a file of options has keys of options.
  @Test func keysThatTellAFileOfOptions() {
    for key in OptionFile.keys { #expect(RunConfiguration.setting(key) != nil, "\(key)") }
  }

  @Test func aRowIsAFlag() throws {
    let made = try flags("--eggs", "4", "--salt=2.5", "--covered", "--pans", "a", "b", "--heat", "high")
    #expect(made.eggs == 4 && made.heat == .high && made.salt == 2.5 && made.isCovered)
    #expect(made.pans == ["/pans/a", "/pans/b"])
    #expect(try flags() == Kitchen())
    // What a record says is what makes it.
    let words = ["--eggs", "4", "--heat", "high", "--salt", "2.5", "--covered", "--pans", "/pans/a", "/pans/b"]
    #expect(made.settingArguments() == words)
    let help = Cook.helpMessage().split(whereSeparator: \.isWhitespace).joined(separator: " ")
    for text in [
      "--eggs <eggs> How many. Default: 3.", "--heat <heat> How hot. Default: low. (values: low, high)",
      "--salt <salt> Grams of it. Default: none.", "--covered With a lid.", "--pans <pans>",
    ] { #expect(help.contains(text), "\(help)") }
    let completions = Cook.completionScript(for: .bash)
    #expect(completions.contains("--covered") && completions.contains("--eggs") && completions.contains("high"))
  }

  @Test(arguments: [
    (["--eggs", "x"], "'--eggs <eggs>': allowed: a whole number"), (["--heat", "hot"], "allowed: low, high"),
    (["--salt"], "Missing value"), (["--eggz", "1"], "Did you mean '--eggs'?"),
  ]) func refusedFlags(words: [String], message: String) {
    let error = #expect(throws: (any Error).self) { try Cook.parse(words) }
    let text = error.map { Cook.fullMessage(for: $0) } ?? ""
    #expect(text.contains(message), "\(text)")
  }

  @Test func aRowIsAKey() throws {
    let made = try file("eggs: 0x4\nheat: high\nsalt: .5\ncovered: yes\npans: [a, b]\n")
    #expect(made.configuration == Kitchen(eggs: 4, heat: .high, salt: 0.5, isCovered: true, pans: ["a", "b"]))
    #expect(made.given == ["eggs", "heat", "salt", "covered", "pans"])
    let part = try file("salt:\ncovered: false\n")
    #expect(part.configuration == Kitchen() && part.given == ["covered"])
    for (text, message) in [
      ("eggs: 1.5", "k.yaml:1: eggs` is \"1.5\"; allowed: a whole number"),
      ("heat: hot", "allowed: low, high"), ("eggz: 1", "unknown; allowed: eggs"), ("pans: a", "a list of files"),
    ] {
      let error = #expect(throws: RunError.self) { try file(text) }
      #expect("\(error.map { "\($0)" } ?? "")".contains(message), "\(String(describing: error))")
    }
  }

  /// The command line wins, setting by setting.
  @Test func aFileAndACommandLine() throws {
    var result = Kitchen()
    try file("eggs: 5\nheat: high\n").values.apply(to: &result)
    try Cook.parse(["--eggs", "6"]).flags.values().apply(to: &result)
    #expect(result == Kitchen(eggs: 6, heat: .high))
  }

  @Test func aRowIsALineOfThePage() {
    let page = OptionsPage.table(Kitchen.settings)
    #expect(page.contains("| `eggs` | a whole number | 3 | How many. |\n"))
    #expect(page.contains("| `covered` | true or false |  | With a lid. |\n"))
  }

  /// After a change of a table: `accrete options > docs/options.md`.
  @Test func thePageIsThatOfTheTables() throws {
    #expect(try Document("docs/options.md").text == OptionsPage.text + "\n")
    for name in RunConfiguration.settings.filter({ $0.earlier == nil }).map(\.name) + ComparisonFile.keys {
      #expect(OptionsPage.text.contains("| `\(name)`"), "\(name)")
    }
  }

  /// No name stands twice, and names of earlier versions stand behind what has their place.
  @Test func namesOfTheTables() {
    for keys in [RunFile.keys + ComparisonFile.keys + InvocationFile.keys, PretrainingFile.keys + InvocationFile.keys] {
      #expect(Set(keys).count == keys.count)
    }
    let names = RunConfiguration.settings.map(\.name)
    for setting in RunConfiguration.settings {
      guard let now = setting.earlier?.setting else { continue }
      #expect(names.firstIndex(of: now).map { $0 < names.count - 3 } == true)
    }
  }

  /// Every property of a configuration has a row: a value that none writes would be lost in a recorded command.
  @Test func everyPropertyHasARow() throws {
    var run = RunConfiguration()
    (run.method, run.seed, run.base, run.device, run.threads) = ("ewc", 7, "/base", "cuda:1", 3)
    (run.source.suite, run.source.data, run.source.order) = ("mtl5", "/data", 2)
    (run.source.files, run.source.columns, run.source.form) = (["/a", "/b"], "text=body", .textLabel)
    (run.source.scorer, run.perClass, run.trainLimit, run.maxAnswerTokens) = ("macro-f1", 4, 5, 6)
    (run.testLimit, run.evaluateOn, run.outputHead) = (7, .validation, .both)
    (run.rank, run.alpha, run.dropout, run.routedExperts) = (3, 1.5, 0.25, true)
    (run.targetModules, run.weights) = ("q_proj", .int8)
    run.options = ["lambda": 2.5, "moe-cl.adversary": "off", "any-ssr.router-instruction": false]
    (run.training.batchSize, run.training.batchTokens, run.training.accumulation) = (2, 999, 3)
    (run.training.epochs, run.training.learningRate, run.training.schedule) = (5, 1e-3, .cosine)
    (run.training.warmupSteps, run.training.weightDecay, run.training.gradientClip) = (8, 0.5, 0.125)
    (run.training.maxLength, run.training.gradientCheckpointing) = (512, true)
    (run.checkpoints.everySteps, run.checkpoints.everySeconds) = (9, 12.5)
    // None has its default, so that what is not written shows.
    #expect(try differing(run, RunConfiguration()).count == leaves(run).count)
    var again = RunConfiguration()
    try SettingFlags<RunConfiguration>.parse(run.settingArguments()).values().apply(to: &again)
    #expect(again == run)
  }

  private func leaves(_ run: RunConfiguration) throws -> [String: String] {
    func flatten(_ value: Any, _ path: String) -> [String: String] {
      guard let members = value as? [String: Any] else { return [path: "\(value)"] }
      return members.reduce(into: [:]) { result, member in
        result.merge(flatten(member.value, "\(path).\(member.key)")) { $1 }
      }
    }
    return flatten(try JSONSerialization.jsonObject(with: JSONEncoder().encode(run)), "")
  }

  private func differing(_ one: RunConfiguration, _ other: RunConfiguration) throws -> [String] {
    let (one, other) = (try leaves(one), try leaves(other))
    return one.keys.filter { one[$0] != other[$0] }
  }
}
