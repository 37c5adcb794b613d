import ArgumentParser
import Files
import Foundation
import TestSupport
import Testing

@testable import accrete_server

/// Does the server's answer to an option of another server name the one that it has?
@Suite struct ServerOptionHintTests {
  private static func answer(_ arguments: [String]) -> String? {
    do {
      _ = try ServerCommand.parseAsRoot(arguments)
      return "no error"
    } catch {
      return OptionHints.explained(ServerCommand.fullMessage(for: error))
    }
  }

  @Test(arguments: [
    (["--port", "8000"], "--listen HOST:PORT"), (["--host", "0.0.0.0"], "--listen HOST:PORT"),
    (["--host=0.0.0.0"], "--listen HOST:PORT"), (["--max-model-len", "512"], "--kv-memory"),
    (["--model", "m"], "--registry FOLDER"), (["-m", "m"], "--registry FOLDER"),
    (["--lora-modules", "a=b"], "--start-from ADAPTER --max-epochs 0"), (["--api-key", "x"], "accrete keys create"),
    (["--api_key", "x"], "accrete keys create"), (["--tensor-parallel-size", "2"], "--device cuda:N"),
    (["--gpu-memory-utilization", "0.9"], "--expert-memory BYTES"), (["--adapter-path", "x"], "accrete promote"),
    (["--ctx-size", "512"], "max_model_len"), (["-c", "512"], "max_model_len"), (["-np", "4"], "--max-sequences"),
    (["-ngl", "99"], "--device cuda"), (["--temp", "0"], "belongs to a request"),
    (["meta-llama/Llama-3.2-1B"], "accrete init --base MODEL"), (["a", "b"], "accrete init --base MODEL"),
  ])
  func namesOfOthers(_ arguments: [String], _ words: String) throws {
    let got = try #require(Self.answer(arguments), "\(arguments)")
    #expect(got.contains(words) && !got.contains("Did you mean"), "\(got)")
  }

  /// What is about anything else stays the parser's.
  @Test func whatNobodyKnows() {
    for arguments in [["--zebra"], ["--listen"], ["--max-sequences", "x"]] {
      #expect(Self.answer(arguments) == nil, "\(arguments)")
    }
  }

  /// No hint names what would be unknown, too, and no name of another hides one of ours or stands twice.
  @Test func hintsNameWhatThereIs() {
    let help = ServerCommand.helpMessage()
    let own = Set(help.matches(of: /--(?:no-)?[a-z][a-z-]+/).map { String($0.0) })
    #expect(own.contains("--listen") && own.contains("--metrics-alias"))
    for (others, hint) in OptionHints.table {
      // What stands in ticks is of another program.
      let outside = hint.split(separator: "`", omittingEmptySubsequences: false).enumerated().filter {
        $0.offset % 2 == 0
      }
      for (_, text) in outside {
        for option in text.matches(of: /--[a-z][a-z-]+/) {
          #expect(own.contains(String(option.0)), "\(option.0): \(hint)")
        }
      }
      for other in others { #expect(!own.contains("--\(other)"), "\(other)") }
    }
    let names = OptionHints.table.flatMap(\.others)
    #expect(Set(names).count == names.count, "\(Dictionary(grouping: names) { $0 }.filter { $1.count > 1 }.keys)")
  }

  @Test func theProgramSaysSo() throws {
    let scratch = try Scratch()
    let outcome = try RunningServer.refused(scratch.url("r"), ["--port", "8000"])
    #expect(outcome.code == 64 && outcome.output.isEmpty, "\(outcome.testDescription)")
    #expect(outcome.errorLines.first?.hasPrefix("Error: Unknown option '--port'. It is --listen") == true)
    #expect(outcome.errorLines.contains { $0.hasPrefix("Usage: accrete-server") }, "\(outcome.testDescription)")
  }
}
