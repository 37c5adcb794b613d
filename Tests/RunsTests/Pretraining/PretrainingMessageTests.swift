import Decoder
import Foundation
import ModelConfiguration
import Pretraining
import TestSupport
import Testing
import Torch

@testable import Records
@testable import Runs

/// Does a run say what is wrong, and do its events hold what somebody would check?
@Suite struct PretrainingMessageTests {
  @Test(arguments: [
    ("optimizer: sgd", "adamw, muon"), ("overflow: wait", "drop, recycle"), ("decay: linear", "inverse-square-root"),
    ("batch: many", "a whole number"), ("batch: 1.5", "a whole number"), ("rate: [1]", "a number"),
    ("document-mask: maybe", "true or false"), ("mixture: 3", "a number each"),
    ("sources: [a, b]", "names with a file"),
    ("seed: -1", "0 or more"),
  ])
  func aValueOfTheWrongKindNamesWhatIsAllowed(line: String, words: String) throws {
    let scratch = try Scratch()
    try scratch.write(line + "\n", to: "run.yaml")
    let key = line.prefix { $0 != ":" }
    #expect { try PretrainingFile.read(scratch.url("run.yaml")) } throws: { error in
      let message = "\(error)"
      return message.contains("run.yaml:1: \(key)") && message.contains("allowed: ") && message.contains(words)
        && !message.contains("--help")
    }
  }

  /// A rate that is far too high: the run ends, and says what became of it.
  @Test(arguments: [0.1, 0])
  func aRunThatEndsWorseThanItBeganSaysThatItDiverged(heldOut: Double) throws {
    let scratch = try Scratch()
    let configuration = try SmallPretraining.configuration(
      scratch, "rate=30", "tokens=96", "held-out=\(heldOut)", "warm-up=0")
    var said: PretrainingMetrics.Divergence?
    let run = try PretrainingRun.start(
      configuration, in: scratch.url("run"),
      report: { if case .diverged(let found) = $0 { said = found } })
    try run.run()
    let found = try #require(try run.metrics().diverged)
    #expect(found == said && found.last > found.first + 0.1 && found.loss == (heldOut > 0 ? "held-out" : "training"))
    let calm = try PretrainingRun.start(SmallPretraining.configuration(scratch), in: scratch.url("calm"))
    try calm.run()
    #expect(try calm.metrics().diverged == nil)
  }

  private static let mixture = """
    {"architectures": ["HunYuanForCausalLM"], "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
     "num_attention_heads": 2, "num_key_value_heads": 1, "vocab_size": 288, "max_position_embeddings": 16,
     "tie_word_embeddings": true, "num_experts": 3, "moe_topk": 2, "num_shared_expert": 1, "use_mixed_mlp_moe": true}
    """

  /// Places of an expert are what the rule says, nobody has more, and every choice is somewhere.
  @Test(arguments: ["drop", "recycle"])
  func eventsLetCapacityBeAudited(overflow: String) throws {
    let scratch = try Scratch()
    let configuration = try SmallPretraining.configuration(
      scratch, "capacity=0.9", "minimum-capacity=1", "overflow=\(overflow)", model: Self.mixture)
    let run = try PretrainingRun.start(configuration, in: scratch.url("run"))
    try run.run()
    var (loads, full): ([RouterLoad], Int) = ([], 0)
    try EventLines.read(PretrainingReport.self, from: run.folder.events) { loads += $0.routing ?? [] }
    #expect(loads.count == 20)
    // Of a micro-batch of 16 tokens with two experts each.
    let places = Int((0.9 * 16 * 2 / 3).rounded(.up))
    for load in loads {
      let (admitted, visited) = (try #require(load.admitted), try #require(load.visited))
      #expect(load.capacity == places && (load.fullest ?? .max) <= places)
      full += load.fullest == places ? 1 : 0
      #expect(abs(admitted.reduce(0, +) - 2 * (1 - load.overflow)) < 1e-9)
      #expect(abs(visited.reduce(0, +) - 2 * (1 - load.dropped)) < 1e-9)
      for expert in 0..<3 {
        #expect(admitted[expert] <= load.chosen[expert] + 1e-12 && admitted[expert] <= visited[expert] + 1e-12)
        #expect(visited[expert] <= Double(places) / 16 + 1e-12)
      }
      if overflow == "drop" { #expect(admitted == visited) }
    }
    #expect(full > 0 && loads.contains { $0.overflow > 0 })
  }

  /// A window of several documents is another computation under the mask, and without it the same as ever.
  @Test func aMaskIsAnOption() throws {
    let scratch = try Scratch()
    let short = SmallPretraining.jsonl((0..<400).map { "\($0) stones of the river sleep under light" })
    func losses(_ name: String, _ more: String...) throws -> [Double] {
      let file = try SmallPretraining.write(to: scratch, text: short)
      let configuration = try PretrainingFile.read(file, replacing: more)
        .configuration(relativeTo: scratch.url)
      let run = try PretrainingRun.start(configuration, in: scratch.url(name))
      try run.run()
      return run.measurements.map(\.natsPerToken)
    }
    let plain = try losses("plain")
    #expect(try losses("off", "document-mask=false") == plain)
    let masked = try losses("masked", "document-mask=true")
    #expect(masked.count == plain.count && zip(masked, plain).allSatisfy { $0 != $1 })
    let manifest = try String(contentsOf: scratch.url("off/pretraining.json"), encoding: .utf8)
    #expect(!manifest.contains("documentMask"))
  }
}
