import Foundation
import Generation
import Planning
import Pretraining
import Randomness
import TestSupport
import Testing
import Tokenization

@testable import Records
@testable import Runs

/// Which text is held out, and is what is said of it true?
@Suite struct HeldOutTests {
  private static func digits(_ count: Int) -> [String] {
    var random = RandomStream(seed: 2, "digits")
    return (0..<count).map { _ in (0..<60).map { _ in String(random.below(10)) }.joined(separator: " ") }
  }

  /// Digits have a token for each byte, articles one for several: the held-out documents have their own bytes per token.
  @Test func bitsPerByteAreThoseOfTheHeldOutText() throws {
    let scratch = try Scratch()
    let rule = try HeldOutRule(share: 0.05)
    // What is held out are digits; what is learned from, half articles.
    let rows = Self.digits(300) + SmallPretraining.rows(300).filter { !rule.holdsOut(Array($0.utf8)) }
    let text = SmallPretraining.jsonl(rows)
    var configuration = try SmallPretraining.configuration(scratch, "held-out-tokens=100000", text: text)
    configuration.heldOut = 0.05
    let run = try PretrainingRun.start(configuration, in: scratch.url("run"))
    try run.run()
    let heldOut = rows.filter { rule.holdsOut(Array($0.utf8)) }
    let last = try #require(run.measurements.last)
    let bytes = heldOut.reduce(0) { $0 + $1.utf8.count }
    // All but the tokens of the last window, which is not whole, and the stream's first token, which is not a target.
    let measured = try #require(last.bytes)
    #expect(measured <= bytes && measured > bytes - 60 && measured > 200, "\(measured) of \(bytes)")
    let right = last.natsPerToken * Double(last.tokens) / log(2) / Double(measured)
    #expect(abs(last.bitsPerByte - right) < 1e-9)
    // What the whole source's tokens and bytes would make of it.
    let source = run.manifest.sources[0]
    let share = Double(source.trainTokens + source.heldOutTokens) / Double(source.textBytes)
    #expect(abs(last.natsPerToken / log(2) * share / right - 1) > 0.05)
    #expect(try run.metrics().scaling?.heldOutBitsPerByte == last.bitsPerByte)

    // A measurement of the first windows only has their bytes.
    configuration.heldOutTokens = 64
    let short = try PretrainingRun.start(configuration, in: scratch.url("short"))
    try short.run()
    let part = try #require(short.measurements.last)
    let stream = short.material.corpus.sources[0].heldOut
    let targets = try stream.tokens(at: 1..<65)
    let spelled = try targets.split(separator: short.manifest.endToken).reduce(0) {
      try $0 + short.material.tokenizer.tokenizer.decode(Array($1), skipSpecialTokens: true).utf8.count
    }
    #expect(part.tokens == 64 && part.bytes == spelled)
  }

  /// The way nanoGPT begins: one file, no rows.
  @Test(arguments: [0.1, 0.3]) func oneFileIsCutByPosition(share: Double) throws {
    let scratch = try Scratch()
    let lines = SmallPretraining.rows(120)
    try scratch.write(lines.joined(separator: "\n") + "\n", to: "input.txt")
    let configuration = try SmallPretraining.configuration(
      scratch, "sources={book: input.txt}", "held-out=\(share)")
    let run = try PretrainingRun.start(configuration, in: scratch.url("run"))
    try run.run()
    let source = run.material.corpus.sources[0]
    let tokenizer = run.material.tokenizer.tokenizer
    func text(_ stream: TokenStream) throws -> String {
      let tokens = try stream.tokens(at: 0..<stream.count)
      #expect(tokens.last == run.manifest.endToken && tokens.dropLast().allSatisfy { $0 != run.manifest.endToken })
      return try tokenizer.decode(tokens, skipSpecialTokens: true)
    }
    let (first, second) = (try text(source.train), try text(source.heldOut))
    #expect(first + second == lines.joined(separator: "\n") + "\n" && first.hasSuffix("\n"))
    let part = Double(second.utf8.count) / Double(first.utf8.count + second.utf8.count)
    #expect(part <= share && part > share - 0.02, "\(part)")
    // `loss` holds out the same.
    let base = try Base(folder: run.folder.model)
    let file = try TextSource(name: "text", files: [scratch.url("input.txt")])
    let loss = try TextLoss(base, source: file, length: 8, heldOut: HeldOutRule(share: share), maxTokens: nil)
    #expect(loss.bytes == second.utf8.count && loss.documents == 1)
    #expect(abs(loss.natsPerToken - (run.measurements.last?.natsPerToken ?? 0)) < 0.3)
  }

  @Test func nothingHeldOutIsAllowedAndSaid() throws {
    let scratch = try Scratch()
    let configuration = try SmallPretraining.configuration(scratch, "held-out=0")
    var manifest: PretrainingManifest?
    let run = try PretrainingRun.start(
      configuration, in: scratch.url("run"),
      report: { if case .prepared(let found) = $0 { manifest = found } })
    try run.run()
    #expect(manifest?.configuration.heldOut == 0 && manifest?.sources[0].heldOutTokens == 0)
    #expect(run.measurements.isEmpty && run.isComplete)
    let metrics = try run.metrics()
    #expect(metrics.scaling == nil && metrics.heldOut.isEmpty && metrics.tokens == 320 && metrics.diverged == nil)
    #expect(throws: (any Error).self) { try ScalingRun.readAll(in: scratch.url) }
  }

  /// Known before the first step, with the way out; nothing is left behind.
  @Test func tooLittleHeldOut() throws {
    let scratch = try Scratch()
    let text = SmallPretraining.jsonl(SmallPretraining.rows(5))
    let configuration = try SmallPretraining.configuration(scratch, "held-out=0.0001", text: text)
    #expect {
      try PretrainingRun.start(configuration, in: scratch.url("run"))
    } throws: { error in
      "\(error)".contains("held-out") && "\(error)".contains("or 0")
    }
    #expect(!FileManager.default.fileExists(atPath: scratch.url("run").path))
  }

  /// Rows whose text has another name, and several files by one pattern.
  @Test func fieldsAndFolders() throws {
    let scratch = try Scratch()
    let rows = SmallPretraining.rows(200)
    try scratch.write(SmallPretraining.jsonl(Array(rows[..<100]), field: "content"), to: "data/b.jsonl")
    try scratch.write(SmallPretraining.jsonl(Array(rows[100...]), field: "content"), to: "data/a.jsonl")
    try scratch.write("not read", to: "data/README.md")
    for words in ["data", "data/*.jsonl", "[data/a.jsonl, data/b.jsonl]"] {
      let configuration = try SmallPretraining.configuration(scratch, "sources={s: \(words)}", "text-field=content")
      #expect(
        configuration.sources["s"]?.map { URL(fileURLWithPath: $0).lastPathComponent } == ["a.jsonl", "b.jsonl"])
    }
    let configuration = try SmallPretraining.configuration(scratch, "sources={s: data}", "text-field=content")
    let run = try PretrainingRun.start(configuration, in: scratch.url("run"))
    #expect(run.manifest.sources[0].textBytes == rows.reduce(0) { $0 + $1.utf8.count })
    #expect(throws: CorpusError.self) {
      try PretrainingRun.start(
        SmallPretraining.configuration(scratch, "sources={s: data}"), in: scratch.url("other"))
    }
  }
}
