import Files
import Foundation
import Testing

@testable import accrete_bench

@Suite struct WorkloadTests {
  private func workload(_ words: [String], adapters: Int = 8) throws -> Workload {
    try WorkloadOptions.reading(words).workload(adapters: adapters)
  }

  @Test func theSameSeedIsTheSameWork() throws {
    let words = ["--setup=vllm", "--requests=50", "--request-rate=4"]
    let (one, same) = (try workload(words), try workload(words))
    let other = try workload(words + ["--seed=1"])
    #expect(one.requests == same.requests)
    #expect(one.requests != other.requests)
    #expect(one.prompts.prompt(3, words: 20) == same.prompts.prompt(3, words: 20))
    #expect(one.prompts.prompt(3, words: 20) != other.prompts.prompt(3, words: 20))
  }

  @Test func eachRoundOfAComparisonHasOtherPrompts() throws {
    let options = try WorkloadOptions.reading(["--setup=punica", "--requests=4"])
    let (first, second) = (try options.workload(adapters: 1), try options.workload(adapters: 1, round: 1))
    #expect(first.prompts.prompt(0, words: 12) != second.prompts.prompt(0, words: 12))
  }

  @Test func lengthsLieInTheirRanges() throws {
    let requests = try workload(["--setup=punica", "--requests=2000", "--input=8:100", "--output=8:64"]).requests
    #expect(requests.map(\.words).min() == 8 && requests.map(\.words).max() == 100)
    #expect(requests.map(\.maxTokens).min() == 8 && requests.map(\.maxTokens).max() == 64)
    let mean = requests.reduce(0.0) { $0 + Double($1.words) } / 2000
    // The middle is 54, and the deviation of 93 equally likely lengths √((93² − 1) / 12) = 26.8.
    #expect(abs(mean - 54) < 5 * 26.8 / 2000.0.squareRoot())
  }

  @Test func aWordMayBeMoreThanAToken() throws {
    let requests = try workload(["--setup=punica", "--requests=3", "--input=30", "--tokens-per-word=1.5"]).requests
    #expect(requests.allSatisfy { $0.words == 20 })
  }

  @Test func setupsHaveTheirRequests() throws {
    let punica = try workload(["--setup=punica", "--requests=40", "--concurrency=4", "--popularity=distinct"])
    #expect(punica.limit == 4)
    #expect(punica.requests.allSatisfy { $0.arrival == 0 })
    #expect(Set(punica.requests.prefix(8).map(\.adapter)).count == 8)

    let sLoRA = try workload(["--setup=s-lora", "--request-rate=5", "--duration=20"])
    #expect(sLoRA.requests.count == 100)
    #expect(sLoRA.limit == nil)
    #expect(zip(sLoRA.requests, sLoRA.requests.dropFirst()).allSatisfy { $0.arrival <= $1.arrival })

    let vLLM = try workload(["--setup=vllm", "--requests=9", "--max-concurrency=2"])
    #expect(vLLM.requests.map(\.arrival) == Array(repeating: 0, count: 9))
    #expect(vLLM.limit == 2)
  }

  @Test func promptsHaveTheirWordsAndShareTheirBeginning() {
    let source = PromptSource(seed: 0, sharedPrefix: 0.5)
    let (one, other) = (
      source.prompt(0, words: 10).split(separator: " "), source.prompt(1, words: 10).split(separator: " ")
    )
    #expect(one.count == 10 && other.count == 10)
    #expect(one.prefix(5) == other.prefix(5))
    #expect(one.suffix(5) != other.suffix(5))
    #expect(source.prompt(0, words: 0).split(separator: " ").count == 1)
    // A request that only warms up has a prompt of its own.
    #expect(source.prompt(-1, words: 10) != source.prompt(0, words: 10))
  }

  @Test func promptsOfAFileComeInTurn() {
    let source = PromptSource(texts: ["a", "b", "c"], seed: 0)
    #expect((0..<4).map { source.prompt($0, words: 9) } == ["a", "b", "c", "a"])
    #expect(["a", "b", "c"].contains(source.prompt(.min, words: 1)))
  }

  private func file(_ text: String) throws -> URL {
    let url = FileManager.default.temporaryDirectory.appending(path: "accrete-bench-\(UUID().uuidString).jsonl")
    try Data(text.utf8).write(to: url)
    return url
  }

  @Test func readsPrompts() throws {
    let url = try file("\"one\"\r\n\n{\"prompt\":\"two\\nlines\"}\n")
    defer { try? FileManager.default.removeItem(at: url) }
    #expect(try PromptSource.texts(of: url) == ["one", "two\nlines"])
  }

  @Test(arguments: ["", "\n", "{\"text\":\"a\"}\n", "\"a\"\n{\"prompt\":\"\"}\n", "\"a\"\n\"b", "5\n"])
  func refusesWhatIsNoPrompt(_ text: String) throws {
    let url = try file(text)
    defer { try? FileManager.default.removeItem(at: url) }
    #expect(throws: BenchError.self) { try PromptSource.texts(of: url) }
  }
}
