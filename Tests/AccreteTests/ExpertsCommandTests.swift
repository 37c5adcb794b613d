import Files
import Foundation
import TestSupport
import Testing

@testable import accrete

extension CommandLineTests {
  /// Do experts go out of a run, into another program's form, and back, without becoming something else?
  @Suite struct ExpertsCommandTests {
    private let logits = ["logits", "--ids", "5,9,300,12", "--threads", "1"]
    /// The runs' base is not the default one: named where nothing says which it is.
    private let base = ["--base", Accrete.base.lastPathComponent]

    private func numbers(_ outcome: Outcome) throws -> [Double] {
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      return try #require((try outcome.json() as? [String: Any])?["logits"] as? [Double])
    }

    private func largest(_ one: [Double], _ other: [Double]) -> Double {
      one.count == other.count ? zip(one, other).map { abs($0 - $1) }.max() ?? .infinity : .infinity
    }

    /// A finished run of a plain method, in a folder of its own.
    private func plainRun() throws -> Scratch {
      let scratch = try Scratch()
      try TinyRun.write(to: scratch)
      let outcome = try Accrete.run(TinyRun.arguments() + ["--method", "per-task"], in: scratch.url)
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      return scratch
    }

    /// Names, paths and arguments reach a terminal without what would command it, whoever prints them.
    @Test(arguments: [
      ["\u{1B}[31m"], ["experts", "export", "run\u{1B}[31m", "--task", "\u{1B}[2J", "--out", "\u{9B}2J"],
      ["generate", "--base", "\u{1B}[2J", "--prompt", "x"], ["report", "\u{7}\u{9B}2J"],
      ["experts", "list", "\u{1B}]0;x\u{7}"],
      ["train", "--epochs", "\u{1B}[31m"], ["experts", "import", "x", "--name", "\u{1B}", "--out", "y"],
    ]) func nothingInAnArgumentCommandsATerminal(arguments: [String]) throws {
      let scratch = try Scratch()
      let outcome = try Accrete.run(arguments, in: scratch.url)
      #expect(outcome.code != 0 && !outcome.error.isEmpty)
      let scalars = (outcome.error + outcome.text).unicodeScalars
      #expect(!scalars.contains { $0.value < 0x20 && $0 != "\n" && $0 != "\t" || (0x7F..<0xA0).contains($0.value) })
    }

    @Test func aPlainExpertGoesOutAndBack() throws {
      let scratch = try plainRun()
      let folder = scratch.url
      let export = try Accrete.run(
        ["experts", "export", "run", "--task", "weather", "--out", "out", "--json"], in: folder)
      try #require(export.code == 0, "\(export.testDescription)")
      let odd = try Accrete.run(
        ["experts", "export", "run", "--task", "weather", "--out", "a\u{1B}[2Jb"], in: folder)
      #expect(odd.code == 0 && odd.text.contains(#"a\u001B[2Jb"#) && !(odd.text + odd.error).contains("\u{1B}"))
      let unknown = try Accrete.run(
        ["experts", "export", "run", "--task", "\u{1B}[31m", "--out", "c"], in: folder)
      #expect(unknown.code != 0 && !unknown.error.isEmpty && !unknown.error.contains("\u{1B}"))
      let record = try #require(try export.json() as? [String: Any])
      #expect(record["form"] as? String == "exact" && record["deviation"] == nil)
      // An expert is weights: what else stands beside them is told.
      let kept = try Accrete.run(
        ["experts", "import", "out", "--name", "kept", "--out", "kept", "--json"] + base, in: folder)
      let note = "accrete.json is not taken over, as an expert is weights alone: instruction, cue, labels and head"
      #expect(kept.code == 0 && kept.error.contains(note) && kept.error.contains("--start-from kept --instruction …"))
      // Without what is ours it is an adapter as any other; with it, it is bound to its base.
      for file in ["expert.json", "accrete.json", "README.md"] {
        try FileManager.default.removeItem(at: scratch.url("out/\(file)"))
      }
      let back = try Accrete.run(
        ["experts", "import", "out", "--name", "back", "--out", "run/experts/back", "--json"] + base, in: folder)
      try #require(back.code == 0 && back.error.contains("bound to it now"), "\(back.testDescription)")
      #expect(!back.error.contains("accrete.json"))
      let original = try tree(scratch.url("run/experts/weather"), folders: true)
      let imported = try tree(scratch.url("run/experts/back"), folders: true)
      // The run keeps bfloat16; an export is float32, the same numbers, and an import keeps what it is given.
      #expect(differences(original, imported) == ["adapter_model.safetensors", "expert.json"])

      let expected = try numbers(Accrete.run(logits + ["--run", "run", "--task", "weather"], in: folder))
      for expert in [["out"] + base, ["run/experts/back"], ["run/experts/weather"]] {
        #expect(try numbers(Accrete.run(logits + ["--expert"] + expert, in: folder)) == expected, "\(expert)")
      }
      #expect(try largest(numbers(Accrete.run(logits + base, in: folder)), expected) > 1e-6)

      let list = try Accrete.run(["experts", "list", "run", "--json"], in: folder)
      let lines = try #require(try list.json() as? [[String: Any]])
      #expect(lines.compactMap { $0["name"] as? String } == ["back", "traffic", "weather"])
      #expect(lines.allSatisfy { $0["rank"] as? Int == 2 && $0["state"] as? String == "stored" })
      #expect(lines.compactMap { $0["method"] as? String } == ["peft", "per-task", "per-task"])
    }

    /// Of a version's adapter the options are named that ask as it asks.
    @Test func whatAnImportLeavesBehind() throws {
      let scratch = try Scratch()
      #expect(AdapterNote.text(of: scratch.url, importedTo: "x") == nil)
      func note(instruction: String, cue: String, labels: String) throws -> String? {
        let digest = Digest(of: Data())
        try scratch.write(
          #"""
          {"schema":1,"version":"spam@1","digest":"\#(digest)","tensors":"\#(digest)","base":"\#(digest)",
          "model":{"form":{"kind":"label","instruction":"\#(instruction)","cue":"\#(cue)","labels":[\#(labels)],
          "maxLength":256,"answerTokens":0},"head":"label"}}
          """#, to: "accrete.json")
        return AdapterNote.text(of: scratch.url, importedTo: "my expert")
      }
      let full = try #require(try note(instruction: "Is it spam?", cue: "Label:", labels: #""no","yes""#))
      #expect(
        full.contains("--start-from 'my expert' --instruction 'Is it spam?' --cue Label: --labels no,yes`"), "\(full)")
      #expect(try note(instruction: "", cue: "", labels: #""a, b","c""#)?.contains("--start-from 'my expert'`") == true)
      // What begins with a dash, and what has several lines, reaches the shell as it is.
      let odd = try #require(try note(instruction: #"-5 or\n'more'?"#, cue: "--", labels: #""-x","y""#))
      #expect(
        odd.contains(#"--start-from 'my expert' $'--instruction=-5 or\n\'more\'?' --cue=-- --labels=-x,y`"#), "\(odd)")
      #expect(!odd.contains("broken"))
      // A file that is no JSON, or a version's of which something is missing, is told; a run's says other things.
      for text in ["{", #"{"version":"spam@1","model":{}}"#] {
        try scratch.write(text, to: "accrete.json")
        let broken = try #require(AdapterNote.text(of: scratch.url, importedTo: "x"))
        #expect(broken.contains("--instruction … --cue …`") && broken.contains("It is broken, so"), "\(broken)")
        #expect(broken.contains("accrete.json: "))
      }
      try scratch.write(#"{"task":"weather","method":"ewc"}"#, to: "accrete.json")
      #expect(AdapterNote.text(of: scratch.url, importedTo: "x")?.contains("broken") == false)
    }

    @Test func wordsOfAShell() {
      #expect(shellWords(["plain", "two words", "it's", ""]) == #"plain 'two words' 'it'\''s' ''"#)
      #expect(shellWords(["a\nb\t\\'", "\u{1B}[2J"]) == #"$'a\nb\t\\\'' $'\U0000001B[2J'"#)
    }

    @Test func aMixtureIsMergedLoudly() throws {
      let scratch = try Scratch()
      let folder = try FinishedRun.shared.folder()
      let out = scratch.url("out").path
      let arguments = ["experts", "export", "run", "--task", "traffic", "--threads", "1", "--out"]
      let export = try Accrete.run(arguments + [out], in: folder)
      try #require(export.code == 0, "\(export.testDescription)")
      for word in ["static-merge", "n = 6 rows", "max ", "mean ", "predicted label changed", "approximation"] {
        #expect(export.text.contains(word), "no `\(word)` in: \(export.text)")
      }
      let merged = try numbers(Accrete.run(logits + ["--expert", out], in: folder))
      let served = try numbers(Accrete.run(logits + ["--run", "run", "--task", "traffic"], in: folder))
      let far = largest(merged, served)
      #expect(far > 0 && far < 1)
      let fixed = try Accrete.run(arguments + [scratch.url("half").path, "--gate", "0.5", "--json"], in: folder)
      let shares = try #require(try fixed.json() as? [String: Any])["sharedShares"] as? [Double]
      #expect(shares?.allSatisfy { $0 == 0.5 } == true)
      expectRefusal(
        try Accrete.run(arguments + [scratch.url("no").path, "--gate", "2"], in: folder), code: 64, "0 to 1")
      expectRefusal(try Accrete.run(arguments + [out], in: folder), code: 64, "exists already")
      #expect(!FileManager.default.fileExists(atPath: scratch.url("no").path))
    }

    /// The expert that a run of a dual-expert method stores for a task is half of what serves it.
    @Test func halfOfAMixtureIsNotServed() throws {
      let folder = try FinishedRun.shared.folder()
      expectRefusal(
        try Accrete.run(logits + ["--expert", "run/experts/weather"], in: folder), code: 64, "--run and --task")
    }

    @Test func anotherBaseIsRefused() throws {
      let scratch = try plainRun()
      let base = try scratch.copyBase()
      let weights = base.appendingPathComponent("model.safetensors")
      var data = try Data(contentsOf: weights)
      data[data.count - 1] ^= 1
      try data.write(to: weights)
      for arguments in [
        logits + ["--expert", "run/experts/weather", "--base", "base"],
        ["experts", "import", "run/experts/weather", "--name", "x", "--out", "x", "--base", "base"],
      ] {
        expectRefusal(
          try Accrete.run(arguments, in: scratch.url), code: 65, "expert `weather` was learned on the base sha256:")
      }
      expectRefusal(
        try Accrete.run(
          ["experts", "export", "run", "--task", "weather", "--out", "x", "--base", "base"], in: scratch.url),
        code: 65, "the base model has changed")
      #expect(!FileManager.default.fileExists(atPath: scratch.url("x").path))
    }

    @Test func generateWithAnExpert() throws {
      let scratch = try plainRun()
      let arguments = ["generate", "--prompt", "The weather", "--max-tokens", "4", "--threads", "1"]
      let (one, other) = (
        try Accrete.run(arguments + ["--expert", "run/experts/weather"], in: scratch.url),
        try Accrete.run(arguments + ["--run", "run", "--task", "weather"], in: scratch.url)
      )
      #expect(one.code == 0 && one.output == other.output && one.error.isEmpty, "\(one.testDescription)")
      let both = try Accrete.run(
        arguments + ["--expert", "run/experts/weather", "--run", "run", "--task", "weather"], in: scratch.url)
      #expect(both.code == 64 && both.output.isEmpty && both.error.contains("--expert"))
      expectRefusal(try Accrete.run(arguments + ["--expert", "nowhere"], in: scratch.url), code: 65, "nowhere")
    }

    @Test func listShowsWhatIsDamagedAndShowChecks() throws {
      let scratch = try Scratch()
      try scratch.copy(try FinishedRun.shared.folder().appendingPathComponent("run"), as: "run")
      let shown = try Accrete.run(["experts", "show", "run/experts/weather"], in: scratch.url)
      #expect(shown.code == 0 && shown.text.contains("unchanged") && shown.text.contains("half of a dual expert"))
      try scratch.write("{", to: "run/experts/traffic/expert.json")
      try FileManager.default.createDirectory(
        at: scratch.url("run/experts/\u{1B}[31m"), withIntermediateDirectories: true)
      let list = try Accrete.run(["experts", "list", "run"], in: scratch.url)
      #expect(list.code == 65 && list.error.contains("2 of 3") && list.text.contains("weather  moe-cl  2"))
      #expect(list.text.contains("DAMAGED  traffic: ") && !list.text.contains("\u{1B}"))
      expectRefusal(
        try Accrete.run(["experts", "show", "run/experts/traffic"], in: scratch.url), code: 65, "expert.json")
      let tensors = scratch.url("run/experts/weather/adapter_model.safetensors")
      try (try Data(contentsOf: tensors)).dropLast(1).write(to: tensors)
      expectRefusal(
        try Accrete.run(["experts", "show", "run/experts/weather"], in: scratch.url), code: 65, "has changed")
      expectRefusal(try Accrete.run(["experts", "show", "run"], in: scratch.url), code: 64, "expert.json")
      expectRefusal(try Accrete.run(["experts", "list", "nowhere"], in: scratch.url), code: 65, "nowhere")
      expectRefusal(try Accrete.run(["experts", "list", ""], in: scratch.url), code: 64, "an empty path")
    }

    /// An adapter of PEFT's is shown by what its own file says.
    @Test func showOfAnAdapter() throws {
      let scratch = try Scratch()
      try scratch.write(
        #"{"peft_type":"LORA","r":4,"lora_alpha":8,"target_modules":["q_proj"],"base_model_name_or_path":"org/base"}"#,
        to: "adapter/adapter_config.json")
      let shown = try Accrete.run(["experts", "show", "adapter"], in: scratch.url)
      #expect(shown.code == 0 && shown.text.contains("`accrete experts import adapter --out DIR`"), "\(shown.error)")
      for words in ["4, 8", "q_proj", "org/base"] { #expect(shown.text.contains(words), "\(shown.text)") }
      #expect(try Accrete.run(["experts", "show", "adapter", "--json"], in: scratch.url).text.contains("adapter"))
    }

    /// Folders without an expert: what each is, and the way on.
    @Test func foldersWithoutExperts() throws {
      let scratch = try Scratch()
      func list(_ folder: String) throws -> Outcome { try Accrete.run(["experts", "list", folder], in: scratch.url) }
      try FileManager.default.createDirectory(at: scratch.url("empty"), withIntermediateDirectories: true)
      expectRefusal(try list("empty"), code: 64, "empty: got an empty folder", "accrete train --out", "accrete list")
      try scratch.write("x", to: "notes/a.txt")
      expectRefusal(try list("notes"), code: 64, "notes: got a folder without any")
      try scratch.write("{}", to: "all/my run/manifest.json")
      try scratch.write("{}", to: "all/other/manifest.json")
      expectRefusal(
        try list("all"), code: 64, "all: got a folder of runs (my run, other)", "`accrete experts list 'all/my run'`")
      try scratch.write("{}", to: "grid/comparison.json")
      expectRefusal(try list("grid"), code: 64, "a comparison", "grid/cells/NAME")
      try scratch.write("{}", to: "base/config.json")
      expectRefusal(try list("base"), code: 64, "a model")
      // A run that keeps none is no mistake.
      try FileManager.default.createDirectory(at: scratch.url("all/other/experts"), withIntermediateDirectories: true)
      let none = try list("all/other/experts")
      #expect(none.code == 0 && none.text.hasSuffix("0 experts\n"), "\(none.testDescription)")
    }

    /// A single adapter is listed as it is beside others.
    @Test func anAdapterAloneIsListed() throws {
      let scratch = try Scratch()
      try scratch.write("{\"peft_type\":\"LORA\"}", to: "all/mine/adapter_config.json")
      for folder in ["all", "all/mine", "all/mine/"] {
        let list = try Accrete.run(["experts", "list", folder], in: scratch.url)
        let line = "mine: an adapter in PEFT's form; `accrete experts import` makes an expert of it\n"
        #expect(list.code == 0 && list.text == line + "0 experts, 1 adapter\n", "\(list.testDescription)\(list.text)")
        let json = try Accrete.run(["experts", "list", folder, "--json"], in: scratch.url).json()
        let lines = try #require(json as? [[String: Any]])
        #expect(lines.map { $0["state"] as? String } == ["adapter"] && lines[0]["folder"] as? String == "mine")
      }
    }

    @Test func importRefusesWhatIsNoPlainAdapter() throws {
      let scratch = try Scratch()
      try scratch.write("{\"peft_type\":\"LORA\",\"use_dora\":true}", to: "a/adapter_config.json")
      try scratch.write("", to: "a/adapter_model.safetensors")
      let arguments = ["experts", "import", "a", "--out", "new/x", "--name"]
      expectRefusal(try Accrete.run(arguments + ["x"], in: scratch.url), code: 65, "`use_dora`", "DoRA")
      expectRefusal(try Accrete.run(arguments + ["../x"], in: scratch.url), code: 64, "../x")
      expectRefusal(
        try Accrete.run(["experts", "import", "b", "--out", "x", "--name", "x"]), code: 65, "adapter_config")
      #expect(!FileManager.default.fileExists(atPath: scratch.url("new").path))
    }
  }
}
