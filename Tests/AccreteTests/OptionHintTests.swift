import ArgumentParser
import Foundation
import Records
import Runs
import TestSupport
import Testing

@testable import accrete

/// Does the answer to a wrong command line name the right one?
@Suite struct OptionHintTests {
  /// What the program says to its arguments, without being run.
  private func answer(_ arguments: String...) -> String { Self.answer(arguments) }

  private static func answer(_ arguments: [String]) -> String {
    do {
      _ = try AccreteCommand.parseAsRoot(arguments)
      return "no error"
    } catch {
      return OptionSynonyms.explained(AccreteCommand.fullMessage(for: error), of: arguments)
    }
  }

  @Test(arguments: [
    ("--epoch", "--max-epochs (the most passes: training may stop earlier) here"), ("--gpu", "--device cuda here"),
    ("--val-size", "a field \"split\" in the rows here"), ("--bf16", "--compute bfloat16 here"),
    ("--warmup", "--warmup-steps of doctor, train, compare. `learn` has no such option"),
    ("--verbose", "progress on standard error"),
    (
      "--dtype",
      "--compute (what products are computed in) or --weights (how the base's matrices are held) here"
    ),
  ]) func namesOfOthers(theirs: String, ours: String) {
    let got = answer("learn", "x.jsonl", theirs, "1")
    #expect(got.contains("Unknown option '\(theirs)'. It is \(ours)") && !got.contains("Did you mean"), "\(got)")
  }

  /// Words that have no option here say what there is instead; a guess from afar says nothing.
  @Test(arguments: [
    ("--qlora", "It is --weights nf4 (QLoRA's levels) here"), ("--wandb", "It is --tensorboard here"),
    ("--report-to", "It is --tensorboard here"), ("--stage", "There is nothing to choose"),
    ("--finetuning-type", "There is nothing to choose"), ("--template", "the chat template of the base's folder"),
    ("--packing", "It is not needed"), ("--use-dora", "An expert is a plain LoRA"), ("--optim", "by AdamW"),
    ("--max-steps", "Passes are given, not steps"), ("--save-steps", "train and compare have --checkpoint-steps"),
    ("--steps", "Passes are given, not steps"),
  ]) func whatIsThereInstead(theirs: String, words: String) {
    let got = answer("learn", "x.jsonl", theirs, "1")
    #expect(got.contains("Unknown option '\(theirs)'. ") && got.contains(words), "\(got)")
    #expect(!got.contains("Did you mean"), "\(got)")
  }

  @Test func guesses() {
    #expect(answer("learn", "x.jsonl", "--sed", "1").contains("Did you mean '--seed'?"))
    for far in ["--zebra", "--focus"] {
      let got = answer("learn", "x.jsonl", far, "1")
      #expect(got.contains("Unknown option '\(far)'") && !got.contains("Did you mean"), "\(got)")
    }
  }

  /// Values as other programs write them.
  @Test(arguments: [
    ("--weights", "4bit", "4bit is nf4"), ("--weights", "8-bit", "8-bit is int8"),
    ("--weights", "q4", "q4 is nf4"), ("--weights", "q4_0", "q4_0 is nf4"), ("--weights", "q8", "q8 is int8"),
    ("--compute", "bf16", "bf16 is bfloat16"),
    ("--compute", "half", "half is bfloat16, as there is no float16"),
  ]) func valuesOfOthers(option: String, value: String, words: String) {
    let got = answer("learn", "x.jsonl", option, value)
    #expect(got.contains("`\(option)` is \"\(value)\"; allowed: ") && got.contains(". \(words)"), "\(got)")
  }

  /// A value with a dash at its beginning is taken for an option.
  @Test func valuesThatBeginWithADash() {
    let hint = "A value that begins with a dash is written behind an equals sign: "
    #expect(answer("learn", "x", "--learning-rate", "-1").contains("\(hint)--learning-rate=-1\n"))
    #expect(answer("train", "--tasks", "x", "--out", "y", "--seed", "-1").contains("\(hint)--seed=-1\n"))
    #expect(answer("predict", "--text", "-5 is cold").contains("\(hint)'--text=-5 is cold'\n"))
    #expect(answer("predict", "--text", "-no way").contains("\(hint)'--text=-no way'\n"))
    // Another option, or nothing, is not a value.
    for words in [["--json"], ["-h"], []] {
      let arguments = ["learn", "x", "--seed"] + words
      let got = OptionSynonyms.explained("Error: Missing value for '--seed <seed>'", of: arguments)
      #expect(got == "Error: Missing value for '--seed <seed>'", "\(got)")
    }
  }

  /// Of names that differ by command, the one of this command is told.
  @Test func namesOfACommand() throws {
    func advice(_ words: String...) throws -> String {
      let ours = [OptionSynonyms.Meaning("--max-epochs"), OptionSynonyms.Meaning("--epochs")]
      return OptionSynonyms.advice(ours, for: try #require(CommandOptions.command(of: words)))
    }
    #expect(try advice("learn", "x") == "It is --max-epochs here")
    #expect(try advice("compare") == "It is --epochs here")
    #expect(
      try advice("registry", "gc")
        == "It is --max-epochs of learn; --epochs of doctor, train, compare. `registry gc` has no such option")
    #expect(CommandOptions.command(of: []) == nil && CommandOptions.command(of: ["registry"]) == nil)
  }

  /// A command that lacks an option is not told that it has it.
  @Test(arguments: [
    (["predict", "x", "--lr", "1"], "It is --learning-rate of doctor, learn, train, compare"),
    (
      ["evaluate", "x", "--max-epochs", "3"],
      "It is --max-epochs (the most passes: training may stop earlier) of learn; --epochs (exactly this many passes) of doctor, train, compare"
    ),
    (["evaluate", "x", "--bf16"], "It is --compute bfloat16 of learn, train, compare, doctor"),
    (["list", "--verbose"], "--log-format json of demo"),
    (["predict", "x", "--labels", "a,b"], "It is an option of learn"),
  ]) func optionsOfOtherCommands(arguments: [String], words: String) {
    let got = Self.answer(arguments)
    #expect(
      got.contains(words) && got.contains(". `\(arguments[0])` has no such option") && !got.contains("Did you mean"),
      "\(got)")
  }

  /// No advice for a command names an option that it lacks.
  @Test func everyAdviceCanBeFollowed() throws {
    try #require(CommandOptions.all.count > 30)
    for command in CommandOptions.all {
      for word in OptionSynonyms.names where !command.options.contains("--\(word)") {
        let ours = try #require(OptionSynonyms.meanings(of: word))
        let advice = OptionSynonyms.advice(ours, for: command)
        guard advice.hasSuffix(" here") else { continue }
        for match in advice.matches(of: /--[a-z-]+/) {
          #expect(command.options.contains(String(match.0)), "\(command.name) --\(word): \(advice)")
        }
      }
    }
  }

  /// Where the file and the base stand is what newcomers look for first.
  @Test(arguments: [
    (["learn", "--file", "a.jsonl"], "It is the rows' file itself here"),
    (["learn", "--input", "a.jsonl"], "It is the rows' file itself here"),
    (["learn", "-f", "a.jsonl"], "It is the rows' file itself here"),
    (["predict", "--file", "a.jsonl"], "It is the file itself here"),
    (["predict", "--data", "a.jsonl"], "It is the file itself here"),
    (["route", "--input", "a.jsonl"], "It is the file itself here"),
    (["evaluate", "--eval-dataset", "a.jsonl"], "It is the file itself here"),
    (["learn", "a.jsonl", "--eval-dataset", "b.jsonl"], "It is a field \"split\" in the rows here"),
    (["train", "--file", "a.jsonl", "--out", "x"], "It is --tasks here"),
    (["predict", "--prompt", "Hi"], "It is --text here"),
    (["predict", "a.jsonl", "--adapter-path", "x"], "It is --task here"),
    (["learn", "a.jsonl", "--adapter-path", "x"], "It is --registry here"),
    (["learn", "a.jsonl", "--out", "x"], "It is --registry here"),
    (["predict", "a.jsonl", "--out", "x"], "It is > FILE here"),
    (["learn", "a.jsonl", "--model", "x"], "`accrete init --base` chooses it) here"),
    (["predict", "a.jsonl", "--base-model", "x"], "It is --base (for a base that has moved; "),
    (["init", "--model", "x"], "It is --base here"), (["train", "--out", "x", "--model", "x"], "It is --base here"),
  ]) func filesAndBases(arguments: [String], words: String) {
    let got = Self.answer(arguments)
    #expect(got.contains("Unknown option '") && got.contains(words) && !got.contains("Did you mean"), "\(got)")
  }

  /// Options that stand elsewhere, or need not be given.
  @Test(arguments: [
    (["compare", "--out", "x", "--dry-run"], "`accrete train --dry-run` sizes one cell"),
    (["predict", "a.jsonl", "--dry-run"], "It is --dry-run of "),
    (["evaluate", "--run", "runs/y"], "The run's folder stands by itself: accrete evaluate FOLDER"),
    (["predict", "a.jsonl", "--run", "runs/y"], "It is --run of generate, logits. `predict` has no such option"),
    (["predict", "a.jsonl", "--instruction", "x"], "a row may carry a field \"instruction\""),
    (["generate", "--prompt", "a", "--max-length", "12"], "It is --max-tokens (of the answer alone) here"),
    (["generate", "--prompt", "a", "--do_sample"], "It is --temperature (above 0 samples; "),
    (["generate", "--prompt", "a", "--stream"], "is printed as it is written, unless --json"),
  ]) func whatStandsElsewhere(arguments: [String], words: String) {
    let got = Self.answer(arguments)
    #expect(got.contains("Unknown option '") && got.contains(words) && !got.contains("Did you mean"), "\(got)")
  }

  /// Commands of other programs, and those of ours in the wrong place.
  @Test(arguments: [
    (["lora", "--train"], "lora", "learn"), (["fuse"], "fuse", "experts merge"),
    (["remove", "spam"], "remove", "forget"),
    (["delete", "spam"], "delete", "forget"), (["tasks"], "tasks", "list"),
    (["registry", "list"], "registry list", "list"), (["registry", "show", "spam"], "registry show", "show"),
    (["registry", "rollback"], "registry rollback", "rollback"), (["registry", "rm", "x"], "registry rm", "forget"),
    (["experts", "fuse"], "experts fuse", "experts merge"),
  ]) func commandsOfOthers(arguments: [String], theirs: String, ours: String) {
    let got = AccreteCommand.unknownCommand(in: arguments)
    #expect(got == "there is no command \"\(theirs)\"; it is `accrete \(ours)` here.", "\(got ?? "")")
  }

  @Test func commandsOfOthersAreOurs() throws {
    for command in OptionSynonyms.commands.values where !command.hasPrefix("-") {
      let name = command.components(separatedBy: " -")[0]
      #expect(CommandOptions.all.contains { $0.name == name || $0.name.hasPrefix(name + " ") }, "\(command)")
    }
    // A group's own words are not looked for elsewhere.
    #expect(OptionSynonyms.command(for: "ls", behind: ["experts"]) == nil)
    #expect(OptionSynonyms.command(for: "train", behind: ["registry"]) == nil)
  }

  /// A release is of all tasks.
  @Test func rollbackOfOneTask() {
    #expect(
      answer("rollback", "spam").contains(
        "Unexpected argument 'spam'. A rollback is of all tasks together; `accrete promote NAME@NUMBER` goes back to a version of one task (`accrete list --versions` shows them)\n"
      ))
    #expect(answer("rollback", "spam@1").contains("`accrete promote spam@1` goes back to a version of one task\n"))
    #expect(answer("rollback", "3").contains("A release is named by --to: accrete rollback --to 3\n"))
  }

  /// A misspelled command is named, also where it is one of another's, before options that it might have.
  @Test func misspelledCommands() {
    #expect(
      AccreteCommand.unknownCommand(in: ["lern", "x"])?.contains(
        "no command \"lern\". Is it `accrete learn`? There are learn") == true)
    let nested = AccreteCommand.unknownCommand(in: ["experts", "merg", "x", "--out", "y"])
    #expect(
      nested?.contains("no command \"experts merg\". Is it `accrete experts merge`? There are merge") == true,
      "\(nested ?? "")")
    #expect(nested?.hasSuffix("See `accrete experts --help`.") == true)
    #expect(AccreteCommand.unknownCommand(in: ["registry", "exprt"])?.contains("There are export") == true)
    for words in [
      ["learn", "merg"], ["experts", "--help"], ["experts", "merge", "x"], ["help", "learn"], [], ["--version"],
    ] {
      #expect(AccreteCommand.unknownCommand(in: words) == nil, "\(words)")
    }
  }

  /// Commands without a registry say how they get its base, the others which have the option.
  @Test func aRegistryThatIsNotRead() {
    for words in [["doctor"], ["train", "--out", "x"], ["generate", "--prompt", "x"]] {
      let got = Self.answer(words + ["--registry", "r"])
      #expect(got.contains("Unknown option '--registry'. It reads no registry: --base names"), "\(got)")
    }
    #expect(Self.answer(["methods", "--registry", "r"]).contains("It is an option of init, learn, "))
  }

  @Test func argumentsOfOtherCommands() {
    #expect(answer("list", "spam").contains("Unexpected argument 'spam'. `accrete show spam` shows one task"))
    #expect(answer("explain", "hi", "there", "--task", "x").contains("quotation marks: accrete explain 'hi there'\n"))
    #expect(!answer("show", "a", "b").contains("`accrete"))
  }

  /// Help and README say how a shell gets its completions.
  @Test func completionsAreNamed() throws {
    let option = "--generate-completion-script bash"
    #expect(AccreteCommand.helpMessage(columns: 400).contains(option))
    #expect(try Document("README.md").text.contains("`\(option)`"))
  }

  /// Who knows `learn` types its options and its file at `train`.
  @Test func trainIsNotLearn() {
    let epochs = answer("train", "--tasks", "a.jsonl", "--out", "x", "--max-epochs", "3")
    #expect(
      epochs.contains("Unknown option '--max-epochs'. It is --epochs (exactly this many passes) here"), "\(epochs)")
    let hint = "The tasks' files are named by --tasks: --tasks a.jsonl"
    let file = answer("train", "a.jsonl", "--out", "x")
    #expect(file.contains("Unexpected argument 'a.jsonl'. \(hint)\n"), "\(file)")
    let files = answer("train", "a.jsonl", "b c.jsonl", "--out", "x")
    #expect(files.contains("\(hint) 'b c.jsonl'\n"), "\(files)")
    // What is missing is told first.
    #expect(answer("train", "a.jsonl").contains("Missing expected argument '--out <out>'. \(hint)\n"))
    #expect(answer("train", "--out", "x", "--seed", "1", "a.jsonl").contains("named by --tasks\n"))
    #expect(!answer("train").contains("--tasks:"))
  }

  /// A model's name on the hub has its organisation.
  @Test func namesOfTheHub() {
    let error = #expect(throws: (any Error).self) { try EmbeddedResources.base("gpt2") }
    #expect(error.map { "\($0)" }?.contains("named ORG/NAME, as Qwen/Qwen3-0.6B.") == true)
  }

  /// Lists have commas.
  @Test func listsWithSpaces() {
    let methods = answer("compare", "--methods", "accrete", "per-task", "--tasks", "a.jsonl", "--out", "x")
    #expect(methods.contains("Separate methods with commas: --methods accrete,per-task\n"), "\(methods)")
    let seeds = answer("compare", "--seeds", "0", "1", "2", "--tasks", "a.jsonl", "--out", "x")
    #expect(seeds.contains("Separate seeds with commas: --seeds 0,1,2\n"), "\(seeds)")
    #expect(answer("compare", "--methods", "accrete", "a.jsonl", "--out", "x").contains("named by --tasks\n"))
  }

  /// What `train --dry-run` says of tasks that get few steps.
  @Test func fewSteps() {
    #expect(TrainCommand.warning(steps: 49, tasks: 2)?.contains("about 24 steps a task") == true)
    for (steps, tasks) in [(100, 2), (0, 2), (0, 0)] {
      #expect(TrainCommand.warning(steps: steps, tasks: tasks) == nil)
    }
  }

  /// A file of options is not one of tasks.
  @Test func filesOfOptions() {
    for arguments in [
      ["train", "run.yaml"], ["train", "run.yml", "--out", "x"], ["compare", "run.yaml", "--out", "x"],
    ] {
      let got = Self.answer(arguments)
      #expect(got.contains("A file of options is named by --config: --config \(arguments[1])\n"), "\(got)")
    }
  }

  /// A key of a file has the same synonyms as an option.
  @Test(arguments: [("lr", "learning-rate"), ("epoch", "epochs"), ("model", "base"), ("output_dir", "out")])
  func keysOfOthers(theirs: String, ours: String) throws {
    let error = #expect(throws: RunError.self) {
      try RunFile.decode(Data("rank: 2\n\(theirs): 1\n".utf8), path: "run.yaml", besides: InvocationFile.keys)
    }
    let got = "\(OptionSynonyms.explained(try #require(error), of: ["train"]))"
    #expect(got.hasPrefix("`run.yaml:2: \(theirs)` is unknown; allowed: \(ours), which it is here"), "\(got)")
    let other = RunError.invalidConfiguration(key: "a.yaml:1: rnk", got: "unknown", allowed: "rank")
    #expect("\(OptionSynonyms.explained(other, of: ["train"]))" == "\(other)")
    let value = RunError.invalidConfiguration(key: "lr", got: "-1", allowed: "more")
    #expect("\(OptionSynonyms.explained(value, of: ["train"]))" == "\(value)")
  }

  /// Files are separated by spaces.
  @Test func tasksWithCommas() throws {
    let options = try RunOptions.parse(["--tasks", "a.csv,b c.jsonl"])
    let error = #expect(throws: RunError.self) { try options.configuration() }
    #expect("\(try #require(error))".contains("names that spaces separate: --tasks a.csv 'b c.jsonl'"))
    let scratch = try Scratch()
    try scratch.write("", to: "a,b.jsonl")
    let path = scratch.url("a,b.jsonl").path
    #expect(try RunOptions.parse(["--tasks", path]).configuration().source.files == [path])
  }

  /// Names of columns and the form are part of a run, and of nothing that does not have them.
  @Test func columnsOfARun() throws {
    let plain = try RunOptions.parse(["--tasks", "a.csv"]).configuration()
    let text = String(decoding: try JSONEncoder().encode(plain), as: UTF8.self)
    #expect(!text.contains("columns") && !text.contains("\"form\""))
    let words = ["--tasks", "a.csv", "--columns", "text=body", "--columns", "label=kind", "--form", "text-label"]
    let named = try RunOptions.parse(words).configuration()
    #expect(named.source.columns == "text=body,label=kind")
    let arguments = try named.arguments()
    #expect(arguments.contains("text=body,label=kind") && arguments.contains("text-label"))
    let scratch = try Scratch()
    try scratch.write("tasks: [a.csv]\ncolumns: text=body,label=kind\nform: text-label\n", to: "run.yaml")
    let file = try RunOptions.parse(["--config", scratch.url("run.yaml").path]).configuration()
    #expect(file.source == named.source)
    var suite = named
    suite.source.suite = "mtl5"
    #expect(
      throws: RunError.invalidConfiguration(
        key: "columns", got: "given together with suite mtl5", allowed: "your own tasks; a suite has its own files")
    ) { try suite.validate() }
  }
}
