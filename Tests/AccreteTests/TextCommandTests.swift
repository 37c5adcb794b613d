import Foundation
import Testing

extension CommandLineTests {
  /// Do `tokenize`, `logits` and `generate` give what another implementation can be compared with?
  @Suite struct TextCommandTests {
    private func ids(_ input: Data) throws -> [Int] {
      let outcome = try Accrete.run(["tokenize"], input: input)
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      let object = try #require(try outcome.json() as? [String: [Int]])
      #expect(object.keys.sorted() == ["ids"])
      return try #require(object["ids"])
    }

    /// The ids are those of Python's `tokenizers` for the same file.
    @Test func tokenizeReadsEveryByte() throws {
      #expect(try ids(Data("Hello, world".utf8)) == [43, 6936, 15, 1187])
      #expect(try ids(Data("Hello, world\n".utf8)) == [43, 6936, 15, 1187, 202])
      #expect(try ids(Data("a\0b\r\n".utf8)) == [68, 192, 69, 205, 202])
      #expect(try ids(Data()).isEmpty)
    }

    @Test func tokenizeRefusesBytesThatAreNoText() throws {
      let outcome = try Accrete.run(["tokenize"], input: Data([0x41, 0xFF, 0x42]))
      expectRefusal(outcome, code: 65, "standard input", "UTF-8", "byte 1 ", "FF")
    }

    @Test func logitsAreOneRowForEachId() throws {
      let outcome = try Accrete.run(["logits", "--ids", "17,42, 99", "--threads", "1"])
      try #require(outcome.code == 0, "\(outcome.testDescription)")
      let object = try #require(try outcome.json() as? [String: Any])
      #expect(object.keys.sorted() == ["logits", "shape"] && object["shape"] as? [Int] == [3, 8192])
      let logits = try #require(object["logits"] as? [Double])
      #expect(logits.count == 3 * 8192 && logits.allSatisfy(\.isFinite) && Set(logits).count > 8192)
    }

    @Test(arguments: [
      ("8192", "8192"), ("-1", "-1"), ("99999999999", "99999999999"),
      (Array(repeating: "1", count: 513).joined(separator: ","), "513"),
    ]) func logitsRefuseIdsOfNoToken(list: String, named: String) throws {
      expectRefusal(try Accrete.run(["logits", "--ids=\(list)", "--threads", "1"]), code: 65, named)
    }

    @Test(arguments: ["", "1,,2", "one", "1.5", "99999999999999999999"]) func logitsTakeWholeNumbers(list: String)
      throws
    {
      let outcome = try Accrete.run(["logits", "--ids=\(list)"])
      #expect(outcome.code == 64 && outcome.output.isEmpty && outcome.error.contains("--ids"))
    }

    @Test func generateIsGreedyAndTheSameEveryTime() throws {
      let arguments = ["generate", "--prompt", "The weather today", "--max-tokens", "12", "--threads", "1"]
      let (one, other) = (try Accrete.run(arguments), try Accrete.run(arguments + ["--seed", "7"]))
      #expect(one.code == 0 && one.error.isEmpty && one.text.count > 2 && one.text.hasSuffix("\n"))
      #expect(one.output == other.output)
      let drawn = try ["1", "1", "2"].map { seed in
        try Accrete.run(arguments + ["--temperature", "1.5", "--seed", seed]).output
      }
      #expect(drawn[0] == drawn[1] && drawn[0] != drawn[2])
    }

    @Test func generateWithATasksExperts() throws {
      let folder = try FinishedRun.shared.folder()
      let arguments = ["generate", "--prompt", "The weather", "--max-tokens", "4", "--threads", "1"]
      #expect(try Accrete.run(arguments + ["--run", "run", "--task", "weather"], in: folder).code == 0)
      expectRefusal(
        try Accrete.run(arguments + ["--run", "run", "--task", "sports"], in: folder), code: 64, "sports", "weather")
      expectRefusal(
        try Accrete.run(arguments + ["--run", ".", "--task", "weather"], in: folder), code: 64, folder.path)
      #expect(try Accrete.run(arguments + ["--run", "run"], in: folder).code == 64)
    }

    @Test(arguments: [
      ["--temperature", "nan"], ["--temperature=-1"], ["--max-tokens=-1"], ["--prompt", ""], ["--threads", "0"],
    ])
    func generateRefusesNonsense(option: [String]) throws {
      let prompt = option.first == "--prompt" ? [] : ["--prompt", "x"]
      let outcome = try Accrete.run(["generate"] + prompt + option)
      #expect([64, 65].contains(outcome.code) && outcome.output.isEmpty && outcome.errorLines.count >= 1)
    }

    @Test func wrongUsage() throws {
      for arguments in [
        ["train"], ["train", "--out"], ["train", "--rank", "x", "--out", "o"], ["tokenize", "x"],
      ] {
        let outcome = try Accrete.run(arguments)
        #expect(outcome.code == 64 && outcome.output.isEmpty && outcome.error.hasPrefix("accrete: "))
      }
      let misspelled = try Accrete.run(["lern", "x"])
      #expect(misspelled.code == 64 && misspelled.output.isEmpty && misspelled.complaints.count == 1)
      #expect(
        misspelled.error.hasPrefix("accrete: there is no command \"lern\". Is it `accrete learn`? There are learn, "))
      let help = try Accrete.run(["--help"])
      #expect(help.code == 0 && help.error.isEmpty && help.text.contains("Exit codes"))
    }
  }
}
