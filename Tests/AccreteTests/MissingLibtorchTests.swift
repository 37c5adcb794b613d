import Foundation
import TestSupport
import Testing

extension CommandFaultTests {
  /// Do commands that touch no tensor run without libtorch, and do the others say that it is missing?
  @Suite struct MissingLibtorchTests {
    /// The program in a folder without libraries.
    private func programAlone(in scratch: Scratch) throws -> URL { try scratch.copy(Accrete.binary, as: "bin/accrete") }

    @Test func whatTouchesNoTensorRuns() throws {
      let scratch = try Scratch()
      let program = try programAlone(in: scratch)
      let folder = try FinishedRun.shared.folder()
      var tests = URL(fileURLWithPath: #filePath)
      for _ in 0..<2 { tests.deleteLastPathComponent() }
      let stored = try scratch.copy(tests.appendingPathComponent("RegistryTests/Resources/schema-1"), as: "registry")
        .path
      let commands = [
        ["--help"], ["report", "run", "--html", scratch.url("report.html").path], ["experts", "list", "run"],
        ["experts", "show", "run/experts/weather"],
        ["tokenize", "--base", Accrete.base.path], ["list", "--registry", stored],
        ["show", "task-3", "--registry", stored],
        ["registry", "history", "--registry", stored],
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
        ["train", "--tasks", "weather.jsonl", "--out", scratch.url("new").path] + base,
      ]
      for command in commands {
        expectRefusal(
          try Accrete.run(command, in: folder, program: program), code: 74, "libtorch cannot be loaded",
          "libtorch_cpu.so", "make build", "LD_LIBRARY_PATH")
      }
      try scratch.write("no library", to: "bin/libtorch_cpu.so")
      expectRefusal(
        try Accrete.run(["evaluate", "run"], in: folder, program: program), code: 74, "libtorch_cpu.so", "make build")
      let doctor = try Accrete.run(["doctor", "--base", Accrete.base.path], in: folder, program: program)
      #expect(doctor.code == 65 && doctor.text.contains("PROBLEM libtorch: "), "\(doctor.text)")
    }

    /// A library that says that it is libtorch of this version. What it lacks is the rest.
    private func pretended(minor: Int, in scratch: Scratch) throws -> URL {
      let source = "unsigned long long aoti_torch_abi_version(void) { return (2ull << 56) | (\(minor)ull << 48); }\n"
      let file = try scratch.write(source, to: "torch/lib/torch.c")
      let compiler = Process()
      compiler.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      compiler.arguments = [
        "clang", "-shared", "-fPIC", "-Wl,-soname,libtorch_cpu.so", "-o", "libtorch_cpu.so", file.lastPathComponent,
      ]
      compiler.currentDirectoryURL = file.deletingLastPathComponent()
      try compiler.run()
      compiler.waitUntilExit()
      try #require(compiler.terminationStatus == 0)
      return file.deletingLastPathComponent()
    }

    /// The bridge has layouts of one minor version in it: with another libtorch it would read beside its fields and train other bytes.
    @Test func aLibtorchOfAnotherMinorVersionIsRefused() throws {
      let scratch = try Scratch()
      let folder = try FinishedRun.shared.folder()
      func run(_ command: [String], with libraries: URL) throws -> Outcome {
        try Accrete.run(
          ["LD_LIBRARY_PATH=\(libraries.path)", Accrete.binary.path] + command, in: folder,
          program: URL(fileURLWithPath: "/usr/bin/env"))
      }
      let other = try pretended(minor: 99, in: scratch)
      let fix = "Scripts/build_bridge --torch \(scratch.url("torch").path)"
      for command in [["evaluate", "run"], ["train", "--tasks", "weather.jsonl", "--out", scratch.url("new").path]] {
        expectRefusal(
          try run(command, with: other), code: 74, "libtorch 2.99.0", "libaccrete-torch-2.99.so", "libaccrete-torch.so",
          fix)
      }
      #expect(!FileManager.default.fileExists(atPath: scratch.url("new").path))
      let doctor = try run(["doctor"], with: other)
      #expect(doctor.code == 65 && doctor.text.contains("PROBLEM libtorch: libtorch 2.99.0"), "\(doctor.text)")
      #expect(doctor.text.contains("→") && doctor.text.contains(fix))
      let old = try pretended(minor: 9, in: scratch)
      expectRefusal(try run(["evaluate", "run"], with: old), code: 74, "libtorch_cpu.so is older than 2.10")
    }
  }
}
