import Foundation
import Testing

extension CommandLineTests {
  /// Do commands that touch no tensor run without libtorch, and do the others say that it is missing?
  @Suite struct MissingLibtorchTests {
    /// The program in a folder without libraries.
    private func programAlone(in scratch: Scratch) throws -> URL { try scratch.copy(Accrete.binary, as: "bin/accrete") }

    @Test func whatTouchesNoTensorRuns() throws {
      let scratch = try Scratch()
      let program = try programAlone(in: scratch)
      let folder = try FinishedRun.shared.folder()
      let commands = [
        ["--help"], ["report", "run"], ["experts", "list", "run"], ["experts", "show", "run/experts/weather"],
        ["tokenize", "--base", Accrete.base.path],
      ]
      for command in commands {
        let whole = try Accrete.run(command, input: Data("rain".utf8), in: folder)
        let alone = try Accrete.run(command, input: Data("rain".utf8), in: folder, program: program)
        #expect(alone.code == 0 && alone.output == whole.output && !alone.text.isEmpty, "\(alone.testDescription)")
      }
    }

    @Test func theOthersSayWhatIsMissing() throws {
      let scratch = try Scratch()
      let program = try programAlone(in: scratch)
      let folder = try FinishedRun.shared.folder()
      let base = ["--base", Accrete.base.path]
      let commands = [
        ["evaluate", "run"], ["logits", "--ids", "1"] + base,
        ["train", "--tasks", "weather.jsonl", "--out", scratch.place("new").path] + base,
      ]
      for command in commands {
        expectRefusal(
          try Accrete.run(command, in: folder, program: program), code: 74, "libtorch cannot be loaded",
          "libaccrete-torch.so", "make build", "LD_LIBRARY_PATH")
      }
      try scratch.write("no library", to: "bin/libaccrete-torch.so")
      expectRefusal(
        try Accrete.run(["evaluate", "run"], in: folder, program: program), code: 74, "libaccrete-torch.so")
      let doctor = try Accrete.run(["doctor", "--base", Accrete.base.path], in: folder, program: program)
      #expect(doctor.code == 65 && doctor.text.contains("PROBLEM libtorch: "), "\(doctor.text)")
    }
  }
}
