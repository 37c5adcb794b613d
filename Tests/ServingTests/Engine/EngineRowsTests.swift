import Decoder
import Files
import Foundation
import Generation
import Randomness
import Registry
import ServingFixtures
import Streams
import Synchronization
import TaskModels
import Testing
import Torch

@testable import Serving

/// Do rows that are answered together have the answers that they have alone, and does nothing of them stay?
@Suite(.serialized) struct EngineRowsTests {
  private let texts = [
    "You have won a prize!", "See you at noon.", "Call now", "x", "…",
    "The same words, " + String(repeating: "again ", count: 60),
    "Lunch?", "Free entry in 2 a weekly competition to win the cup final tickets 21st May.",
  ]

  private struct Asked: Sendable {
    let version: VersionRecord
    let rows: [RequestRow]
  }

  /// - Parameter stepTokens: 64: a request of a few rows takes several steps.
  @Test(arguments: [64, 512]) func companyDoesNotMatter(stepTokens: Int) async throws {
    let home = try ServingHome()
    let versions = [
      try home.add("spam", labels: ["no", "yes", "maybe"], seed: 5),
      try home.add("mood", labels: ["good", "bad"], seed: 6),
      try home.add("idle", labels: ["a", "b"], seed: 7, strength: 0),
      try home.add("wide", labels: ["c", "d"], seed: 8, rank: 16),
    ]
    let seed: UInt64 = 19
    var random = RandomStream(seed: seed, "rows")
    let asked = try (0..<40).map { number in
      let count = 1 + random.below(6)
      return Asked(
        version: versions[number % versions.count],
        rows: try (0..<count).map { _ in try RequestRow(text: texts[random.below(texts.count)]) })
    }
    let tasks = try versions.map { try home.registry.load("\($0.reference)", on: home.base) }
    let expected = try asked.enumerated().map { number, own in try tasks[number % tasks.count].predict(own.rows) }
    // What `predict` says of a row does not depend on the others of its file.
    for (own, answers) in zip(asked, expected) {
      let task = try #require(tasks.first { $0.version.digest == own.version.digest })
      for (row, answer) in zip(own.rows, answers) { #expect(try task.predict([row]) == [answer]) }
    }
    var options = try EngineTests.options()
    options.stepTokens = stepTokens
    let engine = try ServingEngine(home.base, registry: home.registry, options: options)
    for order in 0..<3 {
      let stream = try engine.submit(
        EngineRequest(
          [100, 200, 300], options: GenerationOptions(maxTokens: 60, stopsAtEnd: false), expert: versions[order].digest)
      )
      var numbers = Array(asked.indices)
      random.shuffle(&numbers)
      try await withThrowingTaskGroup(of: (Int, [TaskAnswer]).self) { group in
        for number in numbers {
          group.addTask { (number, try await engine.classify(asked[number].rows, by: asked[number].version.digest)) }
        }
        for try await (number, answers) in group {
          #expect(answers == expected[number], "seed \(seed), order \(order), request \(number)")
        }
      }
      #expect(await EngineTests.read(stream).completion == 60)
    }
    await engine.stop(cancelling: false)
    let left = engine.statistics
    #expect(left.running == 0 && left.experts.allSatisfy { $0.references == 0 })
  }

  /// Whoever leaves, is too late, or loses the expert ends alone.
  @Test func whoLeavesHoldsNothing() async throws {
    let home = try ServingHome()
    let versions = [
      try home.add("spam", labels: ["no", "yes"], seed: 5), try home.add("mood", labels: ["good", "bad"], seed: 6),
    ]
    var options = try EngineTests.options()
    options.stepTokens = 64
    let engine = try ServingEngine(home.base, registry: home.registry, options: options)
    // Seconds of work: they are not over when the first of them leaves, whatever else the machine does.
    let many = try (0..<5_000).map { try RequestRow(text: "\(texts[$0 % texts.count]) \($0)") }
    for version in versions { try await engine.load(version.digest) }
    let leaving = Task { try await engine.classify(many, by: versions[0].digest) }
    let late = Task { try await engine.classify(many, by: versions[0].digest, deadline: .now + .milliseconds(1)) }
    let forced = Task { try await engine.classify(many, by: versions[1].digest) }
    try await Task.sleep(for: .milliseconds(20))
    leaving.cancel()
    try await engine.unload(versions[1].digest, force: true)
    await #expect(throws: (any Error).self) { try await leaving.value }
    await #expect(throws: EngineFailure.deadlineExceeded) { try await late.value }
    await #expect(throws: EngineFailure.unloaded(version: versions[1].digest)) { try await forced.value }
    let answers = try await engine.classify([many[0]], by: versions[0].digest)
    #expect(answers.count == 1)
    await engine.stop(cancelling: false)
    let left = engine.statistics
    #expect(left.running == 0 && left.experts.allSatisfy { $0.references == 0 })
  }

  /// Whoever asks has its texts cut into tokens before the engine has them, whether the version is loaded or not.
  @Test func rowsAreReadByWhoeverAsks() async throws {
    let home = try ServingHome()
    let engine = try ServingEngine(home.base, registry: home.registry, options: try EngineTests.options())
    let rows = try (texts + [String(repeating: "again and ", count: 20_000)]).map { try RequestRow(text: $0) }
    for version in [try home.add("spam", labels: ["no", "yes"], seed: 5), try home.add("notes", seed: 6)] {
      let task = try home.registry.load("\(version.reference)", on: home.base)
      let expected = try rows.enumerated().map { try task.runner.encoded(task.text(of: $1), index: $0) }
      for _ in 0..<2 {
        let asked = try await engine.asked(rows, of: version.digest)
        #expect(asked.encoded == expected, "\(version.reference)")
        #expect(asked.tokens == expected.reduce(0) { $0 + $1.promptIds.count })
        try await engine.load(version.digest)
      }
    }
    // What cannot be read is for the engine to tell.
    let nobody = Digest(of: Data("nobody".utf8))
    #expect(try await engine.asked(rows, of: nobody).encoded == nil)
    await #expect(throws: EngineFailure.self) { try await engine.classify(rows, by: nobody) }
    await engine.stop(cancelling: false)
  }

  /// What is read of a prompt is what was told as it was written, but for the rounding of another kernel; and the same in any company.
  @Test func logprobsOfAPromptAreThoseOfItsTokens() async throws {
    let home = try ServingHome()
    let version = try home.add("spam", labels: ["no", "yes"], seed: 5)
    let engine = try ServingEngine(home.base, registry: home.registry, options: try EngineTests.options())
    let prompt = (0..<70).map { 100 + 3 * $0 }
    var options = GenerationOptions(maxTokens: 20, stopsAtEnd: false)
    options.topLogprobs = 3
    for expert in [nil, version.digest] {
      let written = await EngineTests.read(
        try engine.submit(
          EngineRequest(
            prompt, options: options, expert: expert)))
      let tokens = try #require(written.tokens[0])
      let all = prompt + tokens.map(\.id)
      let known = try await engine.logprobs(of: all, by: expert, top: 3)
      #expect(known.count == all.count - 1)
      for (token, read) in zip(tokens, known.suffix(tokens.count)) {
        #expect(abs(try #require(token.logprobs).chosen - read.chosen) < 1e-3)
        #expect(token.id == read.top.first?.id && read.top.count == 3)
      }
      async let again = engine.logprobs(of: all, by: expert, top: 3)
      async let other = engine.classify([RequestRow(text: "Call now")], by: version.digest)
      #expect(try await again == known)
      _ = try await other
      #expect(try await engine.logprobs(of: [100], by: expert, top: 3).isEmpty)
    }
    await engine.stop(cancelling: false)
  }

  /// Somebody with one row does not wait for the many of another.
  @Test func oneRowPassesTheManyOfAnother() throws {
    let home = try ServingHome()
    try TorchRuntime.setThreads(1)
    let version = try home.add("spam", labels: ["no", "yes"], seed: 5)
    let (inbox, shared) = (EngineInbox(), EngineShared())
    var options = try EngineTests.options()
    options.stepTokens = 128
    let loop = EngineLoop(
      home.base, options, KeyValueMemory(home.base.model.configuration, bytes: options.kvBytes), inbox: inbox,
      shared: shared, load: { _ in })
    let finished = Mutex<[String]>([])
    func ask(_ asker: String, _ rows: [RequestRow]) throws {
      _ = try inbox.submit(tokens: 1, places: 64, most: 100, rate: 0, patience: 30) { number in
        EngineWork(
          number: number,
          kind: .answers(AskedRows(rows), version: version.digest) { result in
            let isGood = (try? result.get().count) == rows.count
            finished.withLock { $0.append(isGood ? asker : "failed") }
          }, asker: asker, deadline: nil, tokens: 1, isBackground: false)
      }
    }
    let long = String(repeating: "word ", count: 80)
    for _ in 0..<6 { try ask("many", try (0..<40).map { try RequestRow(text: "\(long) \($0)") }) }
    loop.turn()
    inbox.send(
      .loaded(
        version.digest,
        .success(try LoadedExpert(version.digest, from: home.registry, on: LoadingBase(base: home.base)))))
    for _ in 0..<3 { loop.turn() }
    #expect(loop.rowJobs.count == 6 && finished.withLock { $0 }.isEmpty)
    try ask("one", [try RequestRow(text: long)])
    for _ in 0..<2 { loop.turn() }
    #expect(finished.withLock { $0 } == ["one"])
    while !loop.rowJobs.isEmpty { loop.turn() }
    #expect(finished.withLock { $0 } == ["one"] + Array(repeating: "many", count: 6))
    #expect(loop.experts.statistics.allSatisfy { $0.references == 0 })
    loop.end()
  }
}
