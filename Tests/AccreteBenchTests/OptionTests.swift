import Files
import Foundation
import Testing

@testable import accrete_bench

@Suite struct OptionTests {
  private func problem(_ words: [String]) -> String {
    do {
      _ = try ServeCommand.reading(words)
      return "none"
    } catch {
      return "\(error)"
    }
  }

  @Test func readsACommandLine() throws {
    let command = try ServeCommand.reading([
      "--url", "http://[::1]:9000/v1/", "--endpoint", "chat", "--adapter-style", "llama", "--setup", "s-lora",
      "--adapters", "20",
      "--request-rate", "2.5", "--cv", "4", "--goodput", "ttft:500", "tpot:50", "--ignore-eos", "--server-pid", "1",
      "--server-pid", "2",
    ])
    #expect(command.server.endpoint == .chat && command.server.adapterStyle == .llama)
    #expect(command.server.serverPid == [1, 2])
    #expect(command.workload.adapters == 20 && command.workload.ignoreEos)
    #expect(command.workload.goodput == ["ttft:500", "tpot:50"])
    let setup = try command.workload.checked()
    #expect(setup.kind == .sLoRA(exponent: 1, variation: 4, rate: 2.5, duration: 300))
    #expect(setup.count == 750 && setup.limit == nil)
    #expect(setup.input.range == 8...256 && setup.output.range == 8...128)
  }

  @Test func defaultsAreThoseOfTheSetups() throws {
    let punica = try WorkloadOptions.reading(["--setup=punica"]).checked()
    #expect(punica.kind == .punica(.uniform) && punica.count == 1000 && punica.limit == 32)
    let vLLM = try WorkloadOptions.reading(["--setup=vllm"]).checked()
    #expect(vLLM.kind == .vLLM(rate: .infinity) && vLLM.count == 1000 && vLLM.limit == nil)
    let sLoRA = try WorkloadOptions.reading(["--setup=s-lora"]).checked()
    #expect(sLoRA.kind == .sLoRA(exponent: 1, variation: 1, rate: 2, duration: 300) && sLoRA.count == 600)
  }

  @Test(arguments: [
    (["--setup=punica", "--alpha=1"], "--alpha is no option of --setup punica"),
    (["--setup=s-lora", "--requests=5"], "--requests is no option of --setup s-lora"),
    (["--setup=vllm", "--concurrency=5"], "--concurrency is no option of --setup vllm"),
    (["--setup=s-lora", "--request-rate=inf"], "needs a number"),
    (["--setup=s-lora", "--request-rate=1e5", "--duration=600000"], "1000000"),
    (["--setup=s-lora", "--request-rate=0.001", "--duration=1"], "expected 1 to"),
    (["--setup=vllm", "--request-rate=0"], "--request-rate"),
    (["--setup=vllm", "--request-rate=nan"], "--request-rate"),
    (["--setup=vllm", "--requests=0"], "--requests: 1 to"), (["--setup=punica", "--concurrency=-1"], "--concurrency"),
    (["--setup=punica", "--input=9:8"], "--input"), (["--setup=punica", "--input=0:8"], "--input"),
    (["--setup=punica", "--input=1:99999999999999999999"], "--input"),
    (["--setup=punica", "--output=1:2:3"], "--output"),
    (["--setup=punica", "--goodput=fast:1"], "ttft, tpot or e2el"),
    (["--setup=punica", "--tokens-per-word=nan"], "--tokens-per-word"),
    (["--setup=punica", "--prompts=x", "--shared-prefix=0.5"], "--shared-prefix"), (["--setup=other"], "--setup"),
    ([], "--setup"),
    (["--setup=punica", "--url=ftp://x"], "--url"), (["--setup=punica", "--url="], "--url"),
    (["--setup=punica", "--url=http://user@x"], "--url"), (["--setup=punica", "--timeout=0"], "--timeout"),
    (["--setup=punica", "--timeout=nan"], "--timeout"), (["--setup=punica", "--server-pid=0"], "--server-pid"),
    (["--setup=punica", "--models=a", "--model-pattern=b{}"], "both name the adapters"),
    (["--setup=punica", "--model-pattern=b"], "{} for the number"),
    (["--setup=punica", "--models=a", "--adapter-style=none"], "asks for none"),
    (["--setup=punica", "--keep-texts"], "--out"),
  ])
  func refusesWhatDoesNotFit(_ words: [String], _ part: String) {
    let found = problem(words)
    #expect(found.contains(part), "\(words): \(found)")
  }

  @Test func namesAdapters() throws {
    func names(_ words: [String], _ count: Int?) throws -> [String] {
      try ServerOptions.reading(words).adapterNames(count)
    }
    #expect(try names(["--models=a,b", "--models=c"], nil) == ["a", "b", "c"])
    #expect(try names(["--models=a,b,c"], 2) == ["a", "b"])
    #expect(try names(["--model-pattern=task-{}@1"], 3) == ["task-0@1", "task-1@1", "task-2@1"])
    #expect(try names(["--adapter-style=llama"], 2) == ["0", "1"])
    #expect(try names([], nil) == [])
    #expect(try names(["--adapter-style=none"], 0) == [])
    #expect(throws: BenchError.self) { try names(["--models=a"], 2) }
    #expect(throws: BenchError.self) { try names(["--models=a,,b"], nil) }
    #expect(throws: BenchError.self) { try names(["--models=a,b,a"], nil) }
    #expect(throws: BenchError.self) { try names(["--model-pattern=a{}"], nil) }
    #expect(throws: BenchError.self) { try names(["--adapter-style=none"], 1) }
    #expect(throws: BenchError.self) { try names([], 4) }
  }

  @Test func addressesLoseWhatIsBehindThem() throws {
    for text in ["http://h:1", "http://h:1/", "http://h:1/v1", "http://h:1/v1/"] {
      #expect(try ServerAddress(text).text == "http://h:1")
    }
    #expect(try ServerAddress("https://h/llm/v1").text == "https://h/llm")
  }

  @Test(arguments: ["", "a b\n", "a\nb\n", "schlüssel"]) func refusesKeysThatNoHeaderCarries(_ text: String) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "accrete-bench-\(UUID().uuidString).key")
    try Data(text.utf8).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    do {
      _ = try APIKey.read(url.path)
      Issue.record("it was read")
    } catch {
      #expect(text.isEmpty || !"\(error)".contains(text.trimmingCharacters(in: .newlines)))
    }
  }

  @Test func readsAKey() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "accrete-bench-\(UUID().uuidString).key")
    try Data("ak_1_abc\r\n".utf8).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    #expect(try APIKey.read(url.path).text == "ak_1_abc")
  }
}
